"""How Sphinx builds the site: Markdown pages, no page that nothing links to, no network."""

from pathlib import Path

import yaml

# The version stands there alone.
CITATION = Path(__file__).resolve().parents[1] / "CITATION.cff"

project = "Adiabatic query tuning"
author = "The authors of Adiabatic Query Tuning"
copyright = author
release = yaml.safe_load(CITATION.read_text(encoding="utf-8"))["version"]
extensions = ["myst_parser"]
html_theme = "furo"
html_title = f"{project} {release}"
html_static_path = ["static"]
html_show_sourcelink = False
myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence"]
exclude_patterns = ["_build"]
# Configurations in pages are YAML with words of ours, which the highlighter need not know.
suppress_warnings = ["misc.highlighting_failure"]
