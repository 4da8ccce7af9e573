"""Where sealed evidence lies. The file's name is the part's name."""
