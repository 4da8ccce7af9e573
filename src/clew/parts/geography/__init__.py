"""Where addresses are: files that the operator supplies, each read into ranges; Clew ships none."""
