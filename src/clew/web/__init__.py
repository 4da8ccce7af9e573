"""The web door: the HTTP interface and the console. Async lives here and nowhere else."""
