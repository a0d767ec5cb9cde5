"""Summarize all runs: differences from the base with paired bootstrap intervals, and verdicts."""

import argparse
from itertools import groupby
from pathlib import Path

import pandas as pd

from adiabatic.cli import command_line
from adiabatic.cli.inference_options import add_inference_options, inference_of
from adiabatic.inference.summary import judged_runs, summary_rows, values_of, window_rows
from adiabatic.io.atomic import written_atomically
from adiabatic.io.parquet import read_frame
from adiabatic.plan.runs import Run
from adiabatic.report.files import save_caption
from adiabatic.report.summary import summary_caption


def parser() -> argparse.ArgumentParser:
    """The options of this script."""
    options = command_line.parser(__doc__)
    options.add_argument("--base", type=Path, required=True, help="outcomes of the base")
    options.add_argument("--runs", nargs="+", type=Path, required=True, help="outcomes of the runs")
    options.add_argument(
        "--learning-rates", nargs="+", type=float, required=True, help="of the runs"
    )
    options.add_argument("--seeds", nargs="+", type=int, required=True, help="of the runs")
    add_inference_options(options)
    options.add_argument("--summary", type=Path, required=True, help="summary.csv")
    options.add_argument("--window", type=Path, required=True, help="window.csv")
    options.add_argument("--judged", type=Path, required=True, help="runs.csv")
    options.add_argument("--demonstration", action="store_true", help="say so in the caption")
    return options


def main() -> None:
    arguments = parser().parse_args()
    how = inference_of(arguments)
    base = values_of(read_frame(arguments.base), arguments.reference)
    grid = zip(arguments.learning_rates, arguments.seeds, arguments.runs, strict=True)
    summaries, windows = [], []
    for rate, runs in groupby(sorted(grid), key=lambda run: run[0]):
        tuned = []
        for _, seed, path in runs:
            tuned.append(values_of(read_frame(path), arguments.reference))
            summaries.append(summary_rows(Run(path.stem, rate, seed), base, tuned[-1], how))
            command_line.say(f"{path.stem}: {len(summaries[-1])} rows")
        windows.append(window_rows(rate, base, tuned, how))
    summary = pd.concat(summaries, ignore_index=True)
    judged = judged_runs(summary)
    tables = {
        arguments.summary: summary,
        arguments.window: pd.concat(windows, ignore_index=True),
        arguments.judged: judged,
    }
    for out, table in tables.items():
        with written_atomically(out) as path:
            table.to_csv(path, index=False, float_format="%.6g")
    caption = summary_caption(summary, arguments.non_inferiority_margin)
    save_caption(caption, arguments.summary.with_suffix(".rst"), arguments.demonstration)
    command_line.say(judged.to_string(index=False))


if __name__ == "__main__":
    command_line.run(main)
