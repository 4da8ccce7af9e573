"""Who takes reports in: by calls, one after another, or as a sealed package."""
