"""Plot accuracy by level of difficulty and anchor style, base and tuned."""

import argparse
from pathlib import Path

import pandas as pd

from adiabatic.cli import command_line
from adiabatic.cli.figure_options import add_figure_options
from adiabatic.report.figures.files import save_figure
from adiabatic.report.figures.levels import levels_figure
from adiabatic.report.levels import levels_caption, levels_rows
from adiabatic.report.shown import shown_run


def parser() -> argparse.ArgumentParser:
    """The options of this script."""
    options = command_line.parser(__doc__)
    options.add_argument("--summary", type=Path, required=True, help="summary.csv")
    options.add_argument("--runs", type=Path, required=True, help="runs.csv")
    add_figure_options(options)
    return options


def main() -> None:
    arguments = parser().parse_args()
    run = shown_run(
        pd.read_csv(arguments.runs, keep_default_na=False, na_values={"worst_difference": ""})
    )
    rows = levels_rows(pd.read_csv(arguments.summary), run)
    caption = levels_caption(rows, run)
    save_figure(levels_figure(rows), rows, caption, arguments.out, arguments.demonstration)


if __name__ == "__main__":
    command_line.run(main)
