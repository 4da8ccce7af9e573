"""Matching: what an upload is near to, and what may follow from it."""
