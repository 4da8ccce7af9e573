"""The sealed audit log: its leaves, its checkpoints, and the keys of its commitments."""
