"""The command line: doors that translate between a person's words and the pipelines; no rules inside."""
