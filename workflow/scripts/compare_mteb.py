"""Compare the runs' scores on mteb's tasks with the base's, by learning rate."""

import argparse
import json
from pathlib import Path
from typing import Any

from adiabatic.cli import command_line
from adiabatic.evaluation.mteb_scores import RunScores, compared, score_rows
from adiabatic.plan.runs import BASE, read_plan
from adiabatic.report.files import save_table
from adiabatic.report.mteb import mteb_table


def parser() -> argparse.ArgumentParser:
    """The options of this script."""
    options = command_line.parser(__doc__)
    options.add_argument("--plan", type=Path, required=True, help="the runs")
    options.add_argument("--runs", nargs="+", required=True, help="names of those to compare")
    options.add_argument("--scores", type=Path, required=True, help="folder of RUN.json")
    options.add_argument("--demonstration", action="store_true", help="say so in the caption")
    options.add_argument("--out", type=Path, required=True, help="the table, CSV; others beside it")
    return options


def main() -> None:
    arguments = parser().parse_args()
    runs = [
        RunScores(run.group, run.learning_rate, score_rows(read_scores(arguments.scores, run.name)))
        for run in read_plan(arguments.plan).named(arguments.runs)
    ]
    rows = compared(score_rows(read_scores(arguments.scores, BASE)), runs)
    table = mteb_table(rows)
    save_table(table, arguments.out, arguments.demonstration)
    command_line.say(table.caption)


def read_scores(folder: Path, run: str) -> dict[str, Any]:
    """A run's scores, as evaluate_mteb writes them."""
    return json.loads((folder / f"{run}.json").read_text(encoding="utf-8"))


if __name__ == "__main__":
    command_line.run(main)
