"""Plot the language x language heat map of each task at the learning rate that is recommended."""

import argparse
from pathlib import Path

import pandas as pd

from adiabatic.cli import command_line
from adiabatic.cli.figure_options import add_figure_options
from adiabatic.report.figures.files import save_figure
from adiabatic.report.figures.languages import languages_figure
from adiabatic.report.languages import languages_caption
from adiabatic.report.shown import shown_rate


def parser() -> argparse.ArgumentParser:
    """The options of this script."""
    options = command_line.parser(__doc__)
    options.add_argument("--languages", type=Path, required=True, help="languages.csv")
    options.add_argument("--runs", type=Path, required=True, help="runs.csv")
    options.add_argument("--tasks", nargs="+", required=True, help="a figure for each")
    add_figure_options(options, several=True)
    return options


def main() -> None:
    arguments = parser().parse_args()
    languages = pd.read_csv(arguments.languages)
    runs = pd.read_csv(arguments.runs, keep_default_na=False, na_values={"worst_difference": ""})
    rate = shown_rate(runs)
    at_rate = languages[languages["learning_rate"] == rate]
    for task, out in zip(arguments.tasks, arguments.out, strict=True):
        rows = at_rate[at_rate["task"] == task]
        figure = languages_figure(rows, f"{task}, {rows['metric'].iloc[0]}, learning rate {rate:g}")
        caption = languages_caption(rows, task)
        save_figure(figure, rows, caption, out, arguments.demonstration)


if __name__ == "__main__":
    command_line.run(main)
