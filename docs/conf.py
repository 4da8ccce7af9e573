"""How Sphinx builds these pages: everything is served from here, nothing is fetched from elsewhere."""

from clew import __version__

project = "Clew"
author = "The Clew maintainers"
copyright = "2026, The Clew maintainers"
release = version = __version__

extensions = ["myst_parser"]
exclude_patterns = ["_build"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
# Two hyphens are an option's beginning here, not a dash.
smartquotes = False

html_theme = "furo"
html_title = "Clew"
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
