"""The sentences: one function for each thing a user would say."""
