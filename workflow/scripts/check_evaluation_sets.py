"""Count what the evaluation sets hold, and what of it the tuning data has, too (contamination)."""

import argparse
from pathlib import Path

import pandas as pd

from adiabatic.cli import command_line
from adiabatic.evaluation.contamination import (
    EXCLUDE,
    REPORT,
    ItemSet,
    arxiv_items,
    check_evaluation_sets,
    held_out_items,
    task_items,
)
from adiabatic.io.atomic import written_atomically
from adiabatic.io.parquet import read_frame
from adiabatic.plan.runs import read_plan
from adiabatic.tasks.kinds import ARXIV, HELD_OUT, TRIPLETS


def parser() -> argparse.ArgumentParser:
    """The options of this script."""
    options = command_line.parser(__doc__)
    options.add_argument("--pairs", nargs="+", type=Path, required=True, help="STYLE-LEVEL.parquet")
    options.add_argument("--tuning", type=Path, required=True, help="tuning.parquet")
    options.add_argument(
        "--tasks", nargs="*", type=Path, default=[], help="TASK.parquet of evaluation sets"
    )
    options.add_argument("--plan", type=Path, required=True, help="kinds of the tasks")
    options.add_argument(
        "--contamination", choices=[REPORT, EXCLUDE], default=REPORT, help="what to do about it"
    )
    options.add_argument(
        "--excluded", type=Path, required=True, help="items that are not evaluated, parquet"
    )
    options.add_argument("--out", type=Path, required=True, help="counts of every set, CSV")
    return options


def main() -> None:
    arguments = parser().parse_args()
    kinds = {task.name: task.kind for task in read_plan(arguments.plan).tasks}
    tuning = read_frame(arguments.tuning)
    pairs = pd.concat([arxiv_items(read_frame(path)) for path in arguments.pairs])
    sets = [
        ItemSet(ARXIV, TRIPLETS, pairs),
        ItemSet(HELD_OUT, TRIPLETS, held_out_items(tuning)),
        *(task_items(path.stem, kinds[path.stem], path) for path in arguments.tasks),
    ]
    table, excluded = check_evaluation_sets(sets, tuning, arguments.contamination)
    with written_atomically(arguments.excluded) as path:
        excluded.to_parquet(path, index=False)
    with written_atomically(arguments.out) as path:
        table.to_csv(path, index=False)
    command_line.say(table.to_string(index=False))


if __name__ == "__main__":
    command_line.run(main)
