"""Compare the runs of every ablation with those of the sweep that they repeat, item by item."""

import argparse
from functools import cache
from itertools import groupby
from pathlib import Path

import numpy as np
import pandas as pd
from safetensors.numpy import load_file

from adiabatic.cli import command_line
from adiabatic.cli.inference_options import add_inference_options, inference_of
from adiabatic.encoding.model_folder import DELTA
from adiabatic.inference.ablations import Pair, ablation_rows, movement
from adiabatic.inference.summary import Values, values_of
from adiabatic.io.atomic import written_atomically
from adiabatic.io.parquet import read_frame
from adiabatic.report.ablations import ablation_caption, ablation_table
from adiabatic.report.files import save_caption, to_latex, to_markdown


def parser() -> argparse.ArgumentParser:
    """The options of this script."""
    options = command_line.parser(__doc__)
    options.add_argument("--outcomes", type=Path, required=True, help="folder of the outcomes")
    options.add_argument("--runs", type=Path, required=True, help="folder of the runs")
    options.add_argument(
        "--pair",
        nargs=5,
        action="append",
        required=True,
        metavar=("ABLATION", "RATE", "SEED", "REPEATED", "RUN"),
        help="a run of an ablation, and the run of the sweep that it repeats; repeatable",
    )
    add_inference_options(options)
    options.add_argument("--demonstration", action="store_true", help="say so in the captions")
    options.add_argument("--out", type=Path, required=True, help="folder of the tables")
    return options


def main() -> None:
    arguments = parser().parse_args()
    how = inference_of(arguments)

    @cache
    def values(name: str) -> Values:
        return values_of(read_frame(arguments.outcomes / f"{name}.parquet"), arguments.reference)

    def delta(name: str) -> dict[str, np.ndarray]:
        return load_file(arguments.runs / name / DELTA)

    pairs = sorted(Pair(a, float(r), int(s), *runs) for a, r, s, *runs in arguments.pair)
    for name, chosen in groupby(pairs, key=lambda pair: pair.ablation):
        rows, movements = [], []
        for rate, seeds in groupby(chosen, key=lambda pair: pair.learning_rate):
            of_rate = list(seeds)
            repeated, ablated = (
                [values(run) for run in runs]
                for runs in zip(*(pair[3:] for pair in of_rate), strict=True)
            )
            rows.append(ablation_rows(rate, values("base"), repeated, ablated, how))
            for pair in of_rate:
                moved = movement(delta(pair.repeated), delta(pair.ablated))
                movements.append({"learning_rate": rate, "seed": pair.seed, **moved})
        table, moved = pd.concat(rows, ignore_index=True), pd.DataFrame(movements)
        write(table, moved, name, arguments.out)
        caption = ablation_caption(table, moved, name)
        save_caption(caption, arguments.out / f"ablation-{name}.rst", arguments.demonstration)
        command_line.say(caption)


def write(rows: pd.DataFrame, movements: pd.DataFrame, name: str, out: Path) -> None:
    """The tables of one ablation."""
    people = ablation_table(rows)
    texts = {
        f"ablation-{name}.csv": rows.to_csv(index=False, float_format="%.6g"),
        f"ablation-{name}.md": to_markdown(people),
        f"ablation-{name}.tex": to_latex(people),
        f"movement-{name}.csv": movements.to_csv(index=False, float_format="%.6g"),
    }
    for file, text in texts.items():
        with written_atomically(out / file) as path:
            path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    command_line.run(main)
