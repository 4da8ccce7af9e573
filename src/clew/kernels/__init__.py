"""The native extension's Python face: one file a kernel, each with its plain reference beside it."""
