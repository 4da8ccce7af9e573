"""The shelf of identifiers: what names an account, a person's means or a thing, and its one way of being written."""
