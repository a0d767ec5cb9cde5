"""Plot the language x language heat map of each task for the run that is recommended."""

from pathlib import Path

import pandas as pd

from adiabatic import command_line
from adiabatic.captions import languages_caption
from adiabatic.figure_files import add_figure_options, save_figure
from adiabatic.figures import languages_figure
from adiabatic.summary import pair_rows
from adiabatic.tables import shown_run


def main() -> None:
    parser = command_line.parser(__doc__)
    parser.add_argument("--summary", type=Path, required=True, help="summary.csv")
    parser.add_argument("--runs", type=Path, required=True, help="runs.csv")
    parser.add_argument("--tasks", nargs="+", required=True, help="a figure for each")
    add_figure_options(parser, several=True)
    arguments = parser.parse_args()
    summary = pd.read_csv(arguments.summary)
    run = shown_run(
        pd.read_csv(arguments.runs, keep_default_na=False, na_values={"worst_difference": ""})
    )
    for task, out in zip(arguments.tasks, arguments.out, strict=True):
        rows = pair_rows(summary, task, run)
        figure = languages_figure(rows, f"{task}, {rows['metric'].iloc[0]}, run {run}")
        caption = languages_caption(rows, task, run)
        save_figure(figure, rows, caption, out, arguments.demonstration)


if __name__ == "__main__":
    command_line.run(main)
