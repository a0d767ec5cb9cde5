"""Plot accuracy by level of difficulty and anchor style, base and tuned."""

from pathlib import Path

import pandas as pd

from adiabatic import command_line
from adiabatic.captions import levels_caption
from adiabatic.figure_files import add_figure_options, save_figure
from adiabatic.figures import levels_figure
from adiabatic.tables import levels_rows, shown_run


def main() -> None:
    parser = command_line.parser(__doc__)
    parser.add_argument("--summary", type=Path, required=True, help="summary.csv")
    parser.add_argument("--runs", type=Path, required=True, help="runs.csv")
    add_figure_options(parser)
    arguments = parser.parse_args()
    run = shown_run(
        pd.read_csv(arguments.runs, keep_default_na=False, na_values={"worst_difference": ""})
    )
    rows = levels_rows(pd.read_csv(arguments.summary), run)
    caption = levels_caption(rows, run)
    save_figure(levels_figure(rows), rows, caption, arguments.out, arguments.demonstration)


if __name__ == "__main__":
    command_line.run(main)
