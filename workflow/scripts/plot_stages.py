"""Draw the stages of the workflow, folded from its rules: PDF, PNG, their table, a caption."""

import argparse
import json
from pathlib import Path

import pandas as pd

from adiabatic.cli import command_line
from adiabatic.report.figures.files import save_figure
from adiabatic.report.figures.stages import draw_stages
from adiabatic.report.files import save_caption
from adiabatic.report.numbers import count

CAPTION = (
    "How the results were made: {stages}, {rules}, {jobs}. An arrow goes from a stage to one that "
    "reads what it made."
)


def parser() -> argparse.ArgumentParser:
    """The options of this script."""
    options = command_line.parser(__doc__)
    options.add_argument("--rules", required=True, help="rows of the table as JSON")
    options.add_argument("--out", type=Path, required=True, help="the figure's .pdf; others beside")
    return options


def main() -> None:
    arguments = parser().parse_args()
    rows = pd.DataFrame(json.loads(arguments.rules))
    caption = arguments.out.with_suffix(".rst")
    text = CAPTION.format(
        stages=count(rows["stage"].nunique(), "stage"),
        rules=count(len(rows), "rule"),
        jobs=count(int(rows["jobs"].sum()), "job"),
    )
    save_figure(draw_stages(rows), rows, None, arguments.out)
    save_caption(text, caption, demonstration=False)
    command_line.say(f"{arguments.out}: {len(rows)} rules")


if __name__ == "__main__":
    command_line.run(main)
