"""How all figures look: sizes, type, colours, markers; one colour has one meaning throughout."""

import matplotlib

matplotlib.use("Agg")

# Inches: a column and the full width of a two-column page.
COLUMN, PAGE = 3.3, 6.8
STYLE = {
    "font.size": 7.5,
    "font.family": "DejaVu Sans",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "axes.titlesize": 8,
    "axes.unicode_minus": True,
    "legend.frameon": False,
    "lines.linewidth": 1.2,
    "lines.markersize": 3.5,
    "pdf.fonttype": 42,
    "savefig.dpi": 220,
}
# Of Okabe and Ito's palette, safe for colour-blind readers. Blue, green, orange and red are
# verdicts throughout, and red is the margin; methods have other colours (see `plan.methods`), and
# learning rates those of a scale from dark to light.
BLACK, ORANGE, BLUE, GREEN, RED = "#000000", "#E69F00", "#0072B2", "#009E73", "#D55E00"
PINK, PURPLE = "#CC79A7", "#6A3D9A"
DARK_GREY, GREY, LIGHT_GREY = "#555555", "#8C8C8C", "#BBBBBB"
# English, the other languages in their own, and across languages: colour, marker and line.
ENGLISH_LINE = (BLACK, "o", "-")
NON_ENGLISH_LINE = (PURPLE, "s", "--")
CROSS_LINGUAL_LINE = (PINK, "^", "-.")
# Other averages of English: anchor styles of arXiv.
OTHER_LINES = [(DARK_GREY, "D", ":"), (GREY, "v", "-")]
# Verdicts on a difference: colour and marker.
VERDICTS = {
    "improved": (BLUE, "^"),
    "non-inferior": (GREEN, "o"),
    "undecided": (ORANGE, "s"),
    "inferior": (RED, "v"),
}
MARKERS = ["o", "s", "^", "D", "v", "P", "X", "*"]
MARGIN_LINE = {"color": RED, "lw": 0.8, "linestyle": (0, (4, 2)), "zorder": 1}
ZERO_LINE = {"color": BLACK, "lw": 0.6, "zorder": 1}
WINDOW_SHADE = {"color": GREEN, "alpha": 0.12, "lw": 0, "zorder": 0}
