"""An example of a distribution outside Clew that brings one decoder."""
