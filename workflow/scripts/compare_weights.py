"""How far the weights of each ablation's runs are from those of the sweep that they repeat."""

import argparse
from pathlib import Path

import pandas as pd
from safetensors.numpy import load_file

from adiabatic.cli import command_line
from adiabatic.encoding.model_folder import DELTA
from adiabatic.evaluation.drift import weight_changes
from adiabatic.io.atomic import written_atomically
from adiabatic.plan.runs import read_plan


def parser() -> argparse.ArgumentParser:
    """The options of this script."""
    options = command_line.parser(__doc__)
    options.add_argument("--plan", type=Path, required=True, help="the runs of ablations")
    options.add_argument("--runs", type=Path, required=True, help="folder of the runs' folders")
    options.add_argument("--out", type=Path, required=True, help="CSV, a row a run")
    return options


def main() -> None:
    arguments = parser().parse_args()
    rows = []
    for run in read_plan(arguments.plan).ablations:
        repeated, ablated = (
            load_file(arguments.runs / name / DELTA) for name in (run.repeats, run.name)
        )
        about = {"run": run.name, "group": run.group, "learning_rate": run.learning_rate}
        rows.append(about | {"seed": run.seed} | weight_changes(repeated, ablated))
    with written_atomically(arguments.out) as path:
        pd.DataFrame(rows).to_csv(path, index=False, float_format="%.6g")


if __name__ == "__main__":
    command_line.run(main)
