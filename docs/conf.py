"""How Sphinx builds the site: Markdown pages, no page that nothing links to, no network."""

project = "Adiabatic query tuning"
author = "The authors of Adiabatic Query Tuning"
extensions = ["myst_parser"]
html_theme = "furo"
html_title = project
html_static_path = ["static"]
myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence"]
exclude_patterns = ["_build"]
# Configurations in pages are YAML with words of ours, which the highlighter need not know.
suppress_warnings = ["misc.highlighting_failure"]
