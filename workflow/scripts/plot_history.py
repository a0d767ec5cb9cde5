"""Plot validation accuracy and loss of every run against the step."""

import argparse
from pathlib import Path

import pandas as pd

from adiabatic.cli import command_line
from adiabatic.cli.figure_options import add_figure_options
from adiabatic.encoding.model_folder import read_settings
from adiabatic.report.figures.files import save_figure
from adiabatic.report.figures.history import history_figure
from adiabatic.report.history import history_caption


def parser() -> argparse.ArgumentParser:
    """The options of this script."""
    options = command_line.parser(__doc__)
    options.add_argument(
        "--histories", nargs="+", type=Path, required=True, help="history.csv files"
    )
    options.add_argument(
        "--learning-rates", nargs="+", type=float, required=True, help="of the files"
    )
    options.add_argument("--seeds", nargs="+", type=int, required=True, help="of the files")
    options.add_argument(
        "--loss", choices=["triplet", "ranking"], default="triplet", help="of which the axis is"
    )
    options.add_argument("--base", type=Path, required=True, help="folder of the base encoder")
    add_figure_options(options)
    return options


def main() -> None:
    arguments = parser().parse_args()
    grid = zip(arguments.learning_rates, arguments.seeds, arguments.histories, strict=True)
    history = pd.concat(
        [pd.read_csv(path).assign(learning_rate=rate, seed=seed) for rate, seed, path in grid],
        ignore_index=True,
    )
    caption = history_caption(history)
    figure = history_figure(history, arguments.loss, read_settings(arguments.base).similarity)
    save_figure(figure, history, caption, arguments.out, arguments.demonstration)


if __name__ == "__main__":
    command_line.run(main)
