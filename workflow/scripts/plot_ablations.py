"""Plot how each ablation differs from the runs of the sweep: in the weights, and in the tasks."""

import argparse
from pathlib import Path

import pandas as pd

from adiabatic.cli import command_line
from adiabatic.cli.figure_options import add_figure_options
from adiabatic.report.ablations import ablation_caption
from adiabatic.report.figures.ablation import ablation_figure
from adiabatic.report.figures.files import save_figure


def parser() -> argparse.ArgumentParser:
    """The options of this script."""
    options = command_line.parser(__doc__)
    options.add_argument("--tables", nargs="+", type=Path, required=True, help="ablation-NAME.csv")
    options.add_argument(
        "--movements", nargs="+", type=Path, required=True, help="movement-NAME.csv"
    )
    options.add_argument("--ablations", nargs="+", required=True, help="their names")
    options.add_argument("--confidence", type=float, required=True, help="of the intervals")
    add_figure_options(options, several=True)
    return options


def main() -> None:
    arguments = parser().parse_args()
    given = (arguments.tables, arguments.movements, arguments.ablations, arguments.out)
    for table, moved, name, out in zip(*given, strict=True):
        rows, movements = pd.read_csv(table), pd.read_csv(moved)
        figure = ablation_figure(rows, movements)
        caption = (
            f"{ablation_caption(rows, movements, name)} Bands are {arguments.confidence:.0%} "
            "paired bootstrap intervals over items."
        )
        shown = pd.concat([rows, movements.assign(comparison="movement of the weights")])
        save_figure(figure, shown, caption, out, arguments.demonstration)


if __name__ == "__main__":
    command_line.run(main)
