"""Plot the learning-rate window: difference from the base against the learning rate."""

import argparse
from pathlib import Path

import pandas as pd

from adiabatic.cli import command_line
from adiabatic.cli.figure_options import add_figure_options
from adiabatic.report.figures.files import save_figure
from adiabatic.report.figures.window import window_figure
from adiabatic.report.window import window_caption


def parser() -> argparse.ArgumentParser:
    """The options of this script."""
    options = command_line.parser(__doc__)
    options.add_argument("--window", type=Path, required=True, help="window.csv")
    options.add_argument("--runs", type=Path, required=True, help="runs.csv")
    options.add_argument("--confidence", type=float, required=True, help="of the intervals")
    add_figure_options(options)
    return options


def main() -> None:
    arguments = parser().parse_args()
    window = pd.read_csv(arguments.window)
    runs = pd.read_csv(arguments.runs, keep_default_na=False, na_values={"worst_difference": ""})
    chosen = runs.loc[runs["recommended"], "learning_rate"]
    figure = window_figure(window, chosen.iloc[0] if len(chosen) else None)
    caption = window_caption(window, runs, arguments.confidence)
    save_figure(figure, window, caption, arguments.out, arguments.demonstration)


if __name__ == "__main__":
    command_line.run(main)
