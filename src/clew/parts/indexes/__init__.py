"""The shelf of indexes: signals in, neighbours out."""
