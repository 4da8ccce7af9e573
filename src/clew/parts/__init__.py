"""The parts: each file is one part, and its name is the part's name; see `clew.parts.shelf`."""
