"""Sphinx settings. `make docs` builds the pages into docs/_build/html."""

import sys
from importlib.metadata import version as installed
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

project = "osteocast"
author = "The osteocast developers"
project_copyright = author
release = version = installed("osteocast")

extensions = ["myst_parser", "_build_pages"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
nitpicky = True

html_theme = "furo"
html_title = f"osteocast {release}"
html_theme_options = {"source_repository": "", "navigation_with_keys": True}
html_show_sourcelink = False
html_static_path = ["_static"]
html_css_files = ["tables.css"]
