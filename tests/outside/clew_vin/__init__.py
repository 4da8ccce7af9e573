"""An outside package with one sort of identifier."""
