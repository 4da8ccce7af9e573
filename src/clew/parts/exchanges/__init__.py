"""Exchanges: the forms in which lists of known hashes come in and go out."""
