"""Command-line options that the scripts of figures share."""

import argparse
from pathlib import Path


def add_figure_options(parser: argparse.ArgumentParser, several: bool = False) -> None:
    """The options that all scripts of figures share."""
    parser.add_argument("--demonstration", action="store_true", help="say so in the caption")
    parser.add_argument(
        "--out",
        type=Path,
        nargs="+" if several else None,
        required=True,
        help="the figure's .pdf; .png, .csv and .rst (the caption) are written beside it",
    )
