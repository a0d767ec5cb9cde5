"""Draw one figure from the table of its name: PDF, PNG, the data that it shows, its caption."""

import argparse
from pathlib import Path

import pandas as pd

from adiabatic.cli import command_line
from adiabatic.plan.registry import implementation
from adiabatic.report.figures.files import save_figure
from adiabatic.report.figures.registry import FIGURES


def parser() -> argparse.ArgumentParser:
    """The options of this script."""
    options = command_line.parser(__doc__)
    options.add_argument("--figure", choices=list(FIGURES), required=True, help="which")
    options.add_argument("--table", type=Path, required=True, help="CSV; its caption is beside it")
    options.add_argument("--margin", type=float, help="the non-inferiority margin, in the metric")
    options.add_argument("--loss", help="that is tuned by")
    options.add_argument("--name", help="of the task or ablation that is shown")
    options.add_argument(
        "--sides", nargs=2, help="what the task's queries and documents are called"
    )
    options.add_argument("--window", type=Path, help="window.csv, which says what rate is shown")
    options.add_argument("--out", type=Path, required=True, help="the figure's .pdf; others beside")
    return options


def main() -> None:
    arguments = parser().parse_args()
    row = FIGURES[arguments.figure]
    rows = pd.read_csv(arguments.table, keep_default_na=False, na_values=[""])
    given = vars(arguments)
    if "rate" in row.arguments:
        given["rate"] = shown_rate(arguments.window)
    figure = implementation(row.draw)(rows, *(given[name] for name in row.arguments))
    save_figure(figure, rows, arguments.table.with_suffix(".rst"), arguments.out)
    command_line.say(f"{arguments.out}: {len(rows)} rows of {arguments.table}")


def shown_rate(window: Path) -> float:
    """The rate of the sweep that figures of one rate show."""
    rows = pd.read_csv(window)
    return float(rows.loc[rows["shown"], "learning_rate"].iloc[0])


if __name__ == "__main__":
    command_line.run(main)
