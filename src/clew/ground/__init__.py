"""The one way to the things that are not ours: time and randomness."""
