"""The nouns of Clew: frozen records without input or output. Import each from its own file."""
