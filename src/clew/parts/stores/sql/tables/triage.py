"""Places in the queue, bundles of copies, scores, outcomes."""
