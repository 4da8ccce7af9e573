"""Who holds the master key that seals the data keys of cases. The file's name is the part's name."""
