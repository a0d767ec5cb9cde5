"""Evaluate one query encoder on every task: outcomes item by item, and its drift from the base."""

from pathlib import Path

import numpy as np
import pandas as pd
from safetensors.numpy import load_file

from adiabatic.cli import command_line
from adiabatic.encoding.devices import chosen_device, use_threads
from adiabatic.encoding.document_vectors import check_same_encoder
from adiabatic.encoding.encoder import load_encoder
from adiabatic.encoding.model_folder import DELTA, WEIGHTS
from adiabatic.encoding.provenance import document_side_digest
from adiabatic.evaluation.drift import MovedQueries, block_drift, query_drift
from adiabatic.evaluation.judged_retrieval import search_recall
from adiabatic.evaluation.outcomes import Queries, encode_queries, outcomes_of
from adiabatic.evaluation.sets import (
    EvaluationSet,
    arxiv_sets,
    held_out_set,
    is_parallel,
    task_set,
    without_left_out,
)
from adiabatic.io.atomic import written_atomically
from adiabatic.io.errors import InputError
from adiabatic.tasks.kinds import ARXIV


def main() -> None:
    parser = command_line.parser(__doc__)
    parser.add_argument("--encoder", type=Path, required=True, help="folder of the query encoder")
    parser.add_argument(
        "--document-encoder", type=Path, required=True, help="folder of the encoder of documents"
    )
    parser.add_argument("--pairs", nargs="+", type=Path, required=True, help="STYLE-LEVEL.parquet")
    parser.add_argument("--pair-vectors", type=Path, required=True, help="their documents' vectors")
    parser.add_argument("--tuning", type=Path, required=True, help="tuning.parquet")
    parser.add_argument("--tuning-vectors", type=Path, required=True)
    parser.add_argument(
        "--task",
        nargs=4,
        action="append",
        default=[],
        metavar=("NAME", "KIND", "ITEMS", "VECTORS"),
        help="an evaluation set; repeatable",
    )
    parser.add_argument(
        "--index",
        nargs=2,
        action="append",
        default=[],
        metavar=("NAME", "INDEX"),
        help="of a task of kind beir that is not searched exactly; repeatable",
    )
    parser.add_argument("--search-recall", type=Path, help="what the indexes find, CSV")
    parser.add_argument("--left-out", type=Path, help="items that are not evaluated, parquet")
    parser.add_argument("--base", type=Path, help="folder of the base, to measure drift from it")
    parser.add_argument("--base-queries", type=Path, help="the base's vectors of the queries, .npy")
    parser.add_argument("--drift", type=Path, help="drift of weights and queries, CSV")
    parser.add_argument(
        "--queries-out", type=Path, help="where to write the queries' vectors, .npy"
    )
    parser.add_argument("--threads", type=int, default=1, help="of torch")
    parser.add_argument("--out", type=Path, required=True, help="outcomes, parquet")
    arguments = parser.parse_args()
    use_threads(arguments.threads)
    sets = arxiv_sets(arguments.pairs, arguments.pair_vectors)
    sets.append(held_out_set(arguments.tuning, arguments.tuning_vectors))
    indexes = {name: Path(index) for name, index in arguments.index}
    for name, kind, items, vectors in arguments.task:
        sets.append(task_set(name, kind, Path(items), Path(vectors), indexes.get(name)))
    sets = without_left_out(sets, arguments.left_out)
    task_vectors = [Path(vectors) for _, _, _, vectors in arguments.task]
    check_same_encoder(
        [arguments.tuning_vectors, arguments.pair_vectors, *task_vectors],
        document_side_digest(arguments.document_encoder),
    )
    encoder = load_encoder(arguments.encoder, device=chosen_device())
    queries = encode_queries(encoder, sets)
    if arguments.queries_out:
        with written_atomically(arguments.queries_out) as path:
            np.save(path, queries.vectors)
    if arguments.drift:
        drift = drift_of(arguments.encoder, arguments.base, arguments.base_queries, queries, sets)
        with written_atomically(arguments.drift) as path:
            drift.to_csv(path, index=False, float_format="%.6g")
    outcomes = outcomes_of(queries, sets)
    if arguments.search_recall:
        recall = search_recall(queries, sets)
        with written_atomically(arguments.search_recall) as path:
            recall.to_csv(path, index=False, float_format="%.6g")
        command_line.say(recall.to_string(index=False))
    with written_atomically(arguments.out) as path:
        outcomes.to_parquet(path, index=False, compression="zstd")
    command_line.say(f"{arguments.out}: {len(outcomes)} items")
    shares = outcomes.groupby(["task", "subset"], observed=True)["right"].mean()
    command_line.say(shares.to_string())


def drift_of(
    run: Path, base: Path, base_queries: Path, queries: Queries, sets: list[EvaluationSet]
) -> pd.DataFrame:
    """Drift of a run's weights and of its queries' vectors."""
    vectors = np.load(base_queries, allow_pickle=False)
    if vectors.shape != queries.vectors.shape:
        raise InputError(f"{base_queries}: vectors of other queries; evaluate the base again")
    before = Queries(queries.texts, vectors)
    tasks: dict[str, MovedQueries] = {}
    for part in sets:
        # All levels of a style have the same anchors.
        style = f", {part.subset.rsplit('-', 1)[0]}" if part.task == ARXIV else ""
        name = part.task + style
        if name not in tasks:
            asked = part.items[part.items["query"].notna()]
            items = asked.drop_duplicates(["language", "item"])
            languages = items["language"].to_numpy()
            both = (encoded.of(items["query"]) for encoded in (before, queries))
            tasks[name] = MovedQueries(name, is_parallel(part), languages, *both)
    weights = {k: v for file in sorted(base.glob(WEIGHTS)) for k, v in load_file(file).items()}
    of_weights = block_drift(weights, load_file(run / DELTA))
    return pd.concat([of_weights, query_drift(tasks.values())], ignore_index=True)


if __name__ == "__main__":
    command_line.run(main)
