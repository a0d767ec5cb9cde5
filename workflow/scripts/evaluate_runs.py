"""Evaluate runs of the plan, or the base, on every task: outcomes item by item, and drift.

The documents' vectors are read once for all of them.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from adiabatic.cli import command_line
from adiabatic.encoding.devices import chosen_device, use_threads
from adiabatic.encoding.document_vectors import check_same_encoder
from adiabatic.encoding.encoder import load_encoder
from adiabatic.encoding.provenance import document_side_digest
from adiabatic.evaluation.judged_retrieval import search_recall
from adiabatic.evaluation.outcomes import Queries, encode_queries, joined, outcomes_of_set
from adiabatic.evaluation.run_drift import drift_of_run
from adiabatic.evaluation.sets import EvaluationSet, SetFiles, read_sets
from adiabatic.io.atomic import written_atomically
from adiabatic.plan.registry import implementation
from adiabatic.plan.runs import BASE, read_plan


def parser() -> argparse.ArgumentParser:
    """The options of this script."""
    options = command_line.parser(__doc__)
    options.add_argument("--plan", type=Path, required=True, help="the runs, and kinds of tasks")
    options.add_argument("--runs", nargs="+", required=True, help=f"names of runs, or {BASE}")
    options.add_argument("--base", type=Path, help="folder of the base")
    options.add_argument("--encoders", type=Path, help="folder of the runs' folders")
    options.add_argument("--pairs", nargs="+", type=Path, required=True, help="STYLE-LEVEL.parquet")
    options.add_argument("--tuning", type=Path, required=True, help="tuning.parquet")
    options.add_argument(
        "--tasks", nargs="*", type=Path, default=[], help="TASK.parquet of evaluation sets"
    )
    options.add_argument(
        "--vectors", nargs="*", type=Path, default=[], help="CORPUS.npy of the sets' documents"
    )
    options.add_argument(
        "--indexes", nargs="*", type=Path, default=[], help="TASK.faiss of sets searched by them"
    )
    options.add_argument("--excluded", type=Path, help="items that are not evaluated, parquet")
    options.add_argument("--base-queries", type=Path, help="the base's vectors of the queries")
    options.add_argument("--queries-out", type=Path, help="where to write those, of the base")
    options.add_argument("--drift", type=Path, help="folder of drift from the base, RUN.csv")
    options.add_argument(
        "--search-recall", type=Path, help="folder of what the indexes find, RUN.csv"
    )
    options.add_argument("--threads", type=int, default=1, help="of torch")
    options.add_argument("--out", type=Path, required=True, help="folder of RUN.parquet")
    return options


def main() -> None:
    arguments = parser().parse_args()
    use_threads(arguments.threads)
    plan = read_plan(arguments.plan)
    files = SetFiles(
        arguments.pairs, arguments.tuning, arguments.tasks, arguments.vectors, arguments.indexes
    )
    sets = read_sets(files, {task.name: task.kind for task in plan.tasks}, arguments.excluded)
    for name in arguments.runs:
        row = None if name == BASE else plan.named([name])[0].row
        if row and row.search:
            searched = implementation(row.search)(sets)
            outcomes = joined(outcomes_of_set(index, part) for index, part in searched)
        else:
            outcomes = encoded_outcomes(arguments, name, bool(row and row.own_documents), sets)
        with written_atomically(arguments.out / f"{name}.parquet") as path:
            outcomes.to_parquet(path, index=False, compression="zstd")
        command_line.say(f"{name}: {len(outcomes)} items")
        shares = outcomes.groupby(["task", "subset"], observed=True)["correct"].mean()
        command_line.say(shares.to_string())


def encoded_outcomes(
    arguments: argparse.Namespace, name: str, own_documents: bool, sets: list[EvaluationSet]
) -> pd.DataFrame:
    """Outcomes of one encoder; what it leaves beside them is written."""
    folder = arguments.base if name == BASE else arguments.encoders / name
    documents = folder if own_documents else arguments.base
    check_same_encoder(arguments.vectors, document_side_digest(documents))
    queries = encode_queries(load_encoder(folder, device=chosen_device()), sets)
    if arguments.queries_out:
        with written_atomically(arguments.queries_out) as path:
            np.save(path, queries.vectors)
    tables = {}
    if arguments.drift:
        before = Queries.read(queries.texts, arguments.base_queries)
        tables[arguments.drift] = drift_of_run(arguments.base, folder, before, queries, sets)
    if arguments.search_recall:
        tables[arguments.search_recall] = search_recall(queries, sets)
    for out, table in tables.items():
        with written_atomically(out / f"{name}.csv") as path:
            table.to_csv(path, index=False, float_format="%.6g")
    return joined(outcomes_of_set(queries, part) for part in sets)


if __name__ == "__main__":
    command_line.run(main)
