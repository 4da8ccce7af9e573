"""What the law of a place asks of a platform, as data. The file's name is the part's name."""
