"""Plot gain against drift of the queries, and what tuning moves; collect every run's drift."""

import argparse
from pathlib import Path

import pandas as pd

from adiabatic.cli import command_line
from adiabatic.cli.figure_options import add_figure_options
from adiabatic.inference.gain_against_drift import block_points, run_points
from adiabatic.io.atomic import written_atomically
from adiabatic.report.drift import drift_caption
from adiabatic.report.figures.drift import drift_figure
from adiabatic.report.figures.files import save_figure


def parser() -> argparse.ArgumentParser:
    """The options of this script."""
    options = command_line.parser(__doc__)
    options.add_argument("--drifts", nargs="+", type=Path, required=True, help="drift/RUN.csv")
    options.add_argument(
        "--learning-rates", nargs="+", type=float, required=True, help="of the files"
    )
    options.add_argument("--seeds", nargs="+", type=int, required=True, help="of the files")
    options.add_argument("--summary", type=Path, required=True, help="summary.csv")
    options.add_argument("--table", type=Path, required=True, help="drift of every run, CSV")
    add_figure_options(options)
    return options


def main() -> None:
    arguments = parser().parse_args()
    grid = zip(arguments.learning_rates, arguments.seeds, arguments.drifts, strict=True)
    frames = []
    for rate, seed, path in grid:
        frame = pd.read_csv(path, keep_default_na=False, na_values={"value": "", "base": ""})
        frame.insert(0, "run", path.stem)
        frame.insert(1, "learning_rate", rate)
        frame.insert(2, "seed", seed)
        frames.append(frame)
    drift = pd.concat(frames, ignore_index=True)
    with written_atomically(arguments.table) as path:
        drift.to_csv(path, index=False)
    points = run_points(drift, pd.read_csv(arguments.summary))
    blocks = block_points(drift)
    figure, caption = drift_figure(points, blocks), drift_caption(points, drift)
    shown = pd.concat([points, blocks])
    save_figure(figure, shown, caption, arguments.out, arguments.demonstration)


if __name__ == "__main__":
    command_line.run(main)
