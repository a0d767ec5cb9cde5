"""Compare all methods with the base: gain in English, worst language, drift, what each costs."""

import argparse
from pathlib import Path

import pandas as pd

from adiabatic.cli import command_line
from adiabatic.cli.inference_options import add_inference_options, inference_of
from adiabatic.encoding.document_vectors import documents_embedded
from adiabatic.evaluation.drift import COLUMNS
from adiabatic.inference.method_comparison import (
    BASE,
    MethodRun,
    compared_methods,
    costs_of,
    method_row,
    queries_drift,
)
from adiabatic.inference.summary import Values, values_of
from adiabatic.io.atomic import written_atomically
from adiabatic.io.parquet import read_frame
from adiabatic.report.costs import costs_caption, costs_table
from adiabatic.report.files import save_caption, to_latex, to_markdown
from adiabatic.report.methods import methods_caption, methods_table


def parser() -> argparse.ArgumentParser:
    """The options of this script."""
    options = command_line.parser(__doc__)
    options.add_argument("--outcomes", type=Path, required=True, help="folder of the outcomes")
    options.add_argument("--drift", type=Path, required=True, help="folder of the runs' drift")
    options.add_argument("--benchmarks", type=Path, required=True, help="folder of the jobs' times")
    options.add_argument(
        "--run",
        nargs=6,
        action="append",
        required=True,
        metavar=("NAME", "METHOD", "RATE", "ALPHA", "REPEATED", "RUN"),
        help="a run of a method: the name of its baseline; nan where it has no rate or alpha, - "
        "where it repeats no run; repeatable",
    )
    options.add_argument(
        "--vectors", nargs="+", type=Path, required=True, help="of every corpus, .npy"
    )
    add_inference_options(options)
    options.add_argument("--demonstration", action="store_true", help="say so in the captions")
    options.add_argument("--out", type=Path, required=True, help="folder of the tables")
    return options


def main() -> None:
    arguments = parser().parse_args()
    how = inference_of(arguments)

    def values(name: str) -> Values:
        return values_of(read_frame(arguments.outcomes / f"{name}.parquet"), arguments.reference)

    methods: dict[tuple[str, ...], list[MethodRun]] = {}
    for name, method, rate, alpha, repeats, run in arguments.run:
        one = MethodRun(run, name, method, float(rate), float(alpha), repeats.strip("-"))
        methods.setdefault((name, rate, alpha), []).append(one)
    base, corpora = values(BASE), [path.stem for path in arguments.vectors]
    documents = documents_embedded(arguments.vectors)
    rows, costs = [], []
    for runs in methods.values():
        drift = pd.concat(
            [pd.DataFrame(columns=COLUMNS)]
            + [pd.read_csv(arguments.drift / f"{one.run}.csv") for one in runs if one.moves_queries]
        )
        about, tuned = runs[0].about(), [values(one.run) for one in runs]
        rows.append(about | method_row(base, tuned, how) | {"drift": queries_drift(drift)})
        costs.append(about | costs_of(runs, arguments.benchmarks, corpora, documents))
        command_line.say(f"{', '.join(map(str, about.values()))}: {len(runs)} seeds")
    frame, costly = compared_methods(rows), pd.DataFrame(costs)
    write(frame, methods_table(frame), arguments.out / "methods")
    write(costly, costs_table(costly), arguments.out / "costs")
    caption = methods_caption(frame, how.non_inferiority_margin, how.confidence)
    save_caption(caption, arguments.out / "methods.rst", arguments.demonstration)
    save_caption(costs_caption(costly), arguments.out / "costs.rst", arguments.demonstration)
    command_line.say(caption)


def write(frame: pd.DataFrame, table: pd.DataFrame, path: Path) -> None:
    """A table as CSV, Markdown and LaTeX."""
    texts = {".md": to_markdown(table), ".tex": to_latex(table)}
    texts[".csv"] = frame.to_csv(index=False, float_format="%.6g")
    for suffix, text in texts.items():
        with written_atomically(path.with_suffix(suffix)) as file:
            file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    command_line.run(main)
