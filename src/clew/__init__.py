"""Clew: open software for the people who fight online child sexual abuse."""

__version__ = "0.1.0"
