"""Evaluate one query encoder on every task: one row per item in outcomes/RUN.parquet."""

from pathlib import Path

import pandas as pd

from adiabatic import command_line
from adiabatic.corpora import (
    DOCUMENT_COLUMNS,
    check_same_encoder,
    document_texts,
    hashed,
    read_vectors,
)
from adiabatic.devices import chosen_device, use_threads
from adiabatic.encoder import load_encoder
from adiabatic.evaluation import EvaluationSet, outcomes_of
from adiabatic.frames import read_frame
from adiabatic.tasks import ARXIV, HELD_OUT


def main() -> None:
    parser = command_line.parser(__doc__)
    parser.add_argument("--encoder", type=Path, required=True, help="folder of the query encoder")
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
    parser.add_argument("--threads", type=int, default=1, help="of torch")
    parser.add_argument("--out", type=Path, required=True, help="outcomes, parquet")
    arguments = parser.parse_args()
    use_threads(arguments.threads)
    sets = arxiv_sets(arguments.pairs, arguments.pair_vectors)
    sets.append(held_out_set(arguments.tuning, arguments.tuning_vectors))
    for name, kind, items, vectors in arguments.task:
        sets.append(task_set(name, kind, read_frame(items), Path(vectors)))
    task_vectors = [Path(vectors) for _, _, _, vectors in arguments.task]
    check_same_encoder([arguments.tuning_vectors, arguments.pair_vectors, *task_vectors])
    outcomes = outcomes_of(load_encoder(arguments.encoder, device=chosen_device()), sets)
    with command_line.written_atomically(arguments.out) as path:
        outcomes.to_parquet(path, index=False, compression="zstd")
    command_line.say(f"{arguments.out}: {len(outcomes)} items")
    shares = outcomes.groupby(["task", "subset"], observed=True)["right"].mean()
    command_line.say(shares.to_string())


def arxiv_sets(paths: list[Path], vectors: Path) -> list[EvaluationSet]:
    """The arXiv pairs: one subset for each style and level."""
    frames = [read_frame(path) for path in paths]
    corpus = document_texts(frames, DOCUMENT_COLUMNS["triplets"])
    documents = read_vectors(vectors, hashed(corpus))
    return [
        EvaluationSet(
            ARXIV,
            path.stem,
            "triplets",
            frame.rename(columns={"anchor_id": "item", "anchor": "query"}).assign(language="en"),
            corpus,
            documents,
        )
        for path, frame in zip(paths, frames, strict=True)
    ]


def held_out_set(path: Path, vectors: Path) -> EvaluationSet:
    """The test split of the tuning triplets."""
    data = read_frame(path)
    corpus = document_texts([data], DOCUMENT_COLUMNS["triplets"])
    test = data[data["split"] == "test"].reset_index(drop=True)
    items = test.assign(language="en", item=test.index.astype(str))
    documents = read_vectors(vectors, hashed(corpus))
    return EvaluationSet(HELD_OUT, "all", "triplets", items, corpus, documents)


def task_set(name: str, kind: str, items: pd.DataFrame, vectors: Path) -> EvaluationSet:
    """One configured evaluation set."""
    corpus = document_texts([items], DOCUMENT_COLUMNS[kind])
    return EvaluationSet(name, "all", kind, items, corpus, read_vectors(vectors, hashed(corpus)))


if __name__ == "__main__":
    command_line.run(main)
