"""How all figures look: sizes, type, lines and colours for print."""

import matplotlib

matplotlib.use("Agg")

# Inches: one column and the full width of a two-column page.
COLUMN, PAGE = 3.35, 7.0


STYLE = {
    "font.size": 7.5,
    "font.family": "DejaVu Sans",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "axes.titlesize": 8,
    "legend.frameon": False,
    "lines.linewidth": 1.2,
    "lines.markersize": 3.5,
    "pdf.fonttype": 42,
    "savefig.dpi": 220,
}


# Okabe and Ito's palette (colour-blind safe); markers tell the lines apart in grey, too.
BLACK, ORANGE, BLUE, GREEN, RED = "#000000", "#E69F00", "#0072B2", "#009E73", "#D55E00"


LINES = [(BLUE, "o", "-"), (RED, "s", "--"), (GREEN, "^", "-."), (ORANGE, "D", ":")]


SKY, YELLOW, PINK, GREY = "#56B4E9", "#F0E442", "#CC79A7", "#999999"


MARKERS = ["o", "s", "^", "D", "v", "P", "X", "*"]


BASE_BAR, TUNED_BAR = "#BBBBBB", BLUE


# Marker and colour of each method; those of one method differ in how they are filled.
METHODS = {
    "base": ("*", BLACK),
    "adiabatic": ("o", BLUE),
    "query-encoder": ("s", RED),
    "joint": ("D", PINK),
    "lora": ("^", GREEN),
    "linear-adapter": ("v", ORANGE),
    "procrustes": ("P", YELLOW),
    "interpolation": (">", SKY),
    "bm25": ("X", GREY),
}


FILLS = ["full", "none", "left", "top"]
