"""Compare every candidate with the base, and candidates with one another, item by item.

All intervals of the experiment are computed here, once; tables and figures are made of them.
"""

import argparse
from pathlib import Path

import pandas as pd

from adiabatic.cli import command_line
from adiabatic.cli.inference_options import add_inference_options, inference_of
from adiabatic.inference.comparisons import compared_with_base
from adiabatic.inference.values import values_of
from adiabatic.io.atomic import written_atomically
from adiabatic.io.parquet import read_frame
from adiabatic.plan.runs import read_plan


def parser() -> argparse.ArgumentParser:
    """The options of this script."""
    options = command_line.parser(__doc__)
    options.add_argument("--plan", type=Path, required=True, help="the runs, and kinds of tasks")
    options.add_argument("--outcomes", type=Path, required=True, help="folder of RUN.parquet")
    add_inference_options(options)
    options.add_argument("--seed", type=int, required=True, help="of that division")
    options.add_argument("--out", type=Path, required=True, help="differences, parquet")
    return options


def main() -> None:
    arguments = parser().parse_args()
    plan = read_plan(arguments.plan)
    kinds = {task.name: task.kind for task in plan.tasks}
    how = inference_of(arguments)
    rows = compared_with_base(
        plan,
        lambda run: values_of(
            read_frame(arguments.outcomes / f"{run}.parquet"), kinds, how.reference
        ),
        how,
        arguments.selection_share,
        arguments.seed,
        command_line.say,
    )
    table = pd.concat(rows, ignore_index=True)
    with written_atomically(arguments.out) as path:
        table.to_parquet(path, index=False)
    command_line.say(f"{arguments.out}: {len(table)} differences")


if __name__ == "__main__":
    command_line.run(main)
