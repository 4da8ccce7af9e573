"""Forms in which a report leaves, and in which a foreign one comes."""
