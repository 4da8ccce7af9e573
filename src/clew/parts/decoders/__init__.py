"""The decoders: bytes of a picture in, upright 8-bit RGB pixels out, one file a format or library."""
