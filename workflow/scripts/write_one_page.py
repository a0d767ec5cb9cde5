"""Write the page for who decides: verdict, claims, three figures, costs, what was not tested."""

import argparse
import json
from pathlib import Path

import pandas as pd

from adiabatic.cli import command_line
from adiabatic.io.atomic import written_atomically
from adiabatic.report.page import one_page, tuning_costs


def parser() -> argparse.ArgumentParser:
    """The options of this script."""
    options = command_line.parser(__doc__)
    options.add_argument("--experiment", required=True, help="its name")
    options.add_argument("--tables", type=Path, required=True, help="folder of the tables")
    options.add_argument(
        "--figure",
        nargs=2,
        action="append",
        default=[],
        metavar=("TITLE", "PNG"),
        help="repeatable",
    )
    options.add_argument("--provenance", type=Path, required=True, help="of a run")
    options.add_argument(
        "--benchmarks", nargs="+", type=Path, required=True, help="times of the runs, TSV"
    )
    options.add_argument("--demonstration", action="store_true", help="say so on the page")
    options.add_argument("--out", type=Path, required=True, help="one HTML file")
    return options


def main() -> None:
    arguments = parser().parse_args()
    runs = pd.read_csv(
        arguments.tables / "runs.csv", keep_default_na=False, na_values={"worst_difference": ""}
    )
    numbers = dict.fromkeys(("learning_rate", "number", "ci_low", "ci_high", "p_value"), "")
    claims = pd.read_csv(arguments.tables / "claims.csv", keep_default_na=False, na_values=numbers)
    languages = pd.read_csv(arguments.tables / "languages.csv", keep_default_na=False)
    sets = pd.read_csv(arguments.tables / "evaluation_sets.csv")
    seconds = pd.concat([pd.read_csv(path, sep="\t")["s"] for path in arguments.benchmarks])
    weights = json.loads(arguments.provenance.read_text(encoding="utf-8"))["parameters"]
    costs = tuning_costs(seconds, weights["tuned"], weights["tuned"] + weights["frozen"])
    figures = {title: Path(path) for title, path in arguments.figure}
    page = one_page(
        arguments.experiment,
        runs,
        claims,
        languages,
        sets,
        figures,
        costs,
        arguments.demonstration,
    )
    with written_atomically(arguments.out) as path:
        path.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    command_line.run(main)
