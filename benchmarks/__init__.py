"""Benchmarks: each a module with `main(arguments)`; speeds live here and never in tests. Results: README.md."""
