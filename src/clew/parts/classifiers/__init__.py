"""Outside opinions of the order of work, off until a site switches one on. The file's name is the part's name."""
