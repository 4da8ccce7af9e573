"""Reports in volume become an order of work: what a person looks at next, and what is said of what nobody reached."""
