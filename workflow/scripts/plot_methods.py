"""Plot the gain in English of every method against its worst language."""

import argparse
from pathlib import Path

import pandas as pd

from adiabatic.cli import command_line
from adiabatic.cli.figure_options import add_figure_options
from adiabatic.report.figures.files import save_figure
from adiabatic.report.figures.methods import methods_figure
from adiabatic.report.methods import methods_caption


def parser() -> argparse.ArgumentParser:
    """The options of this script."""
    options = command_line.parser(__doc__)
    options.add_argument("--table", type=Path, required=True, help="methods.csv")
    options.add_argument(
        "--non-inferiority-margin", type=float, required=True, help="in the metric"
    )
    options.add_argument("--confidence", type=float, required=True, help="of the intervals")
    add_figure_options(options)
    return options


def main() -> None:
    arguments = parser().parse_args()
    frame = pd.read_csv(arguments.table)
    caption = (
        f"{methods_caption(frame, arguments.non_inferiority_margin, arguments.confidence)} Numbers "
        "beside markers are learning rates, or alphas where weights are interpolated; the axis "
        "of the worst language is linear up to 5 points and logarithmic beyond, and so is that of "
        "English where it reaches beyond 20."
    )
    figure = methods_figure(frame, arguments.non_inferiority_margin)
    save_figure(figure, frame, caption, arguments.out, arguments.demonstration)


if __name__ == "__main__":
    command_line.run(main)
