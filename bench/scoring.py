"""Scoring a run on multilingual tasks, against encoding its queries."""

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from random_encoder import QUERY_WORDS, load_base, make_base, texts, vectors

from adiabatic.evaluation.outcomes import encode_queries, outcomes_of
from adiabatic.evaluation.sets import EvaluationSet

LABELS = ("entailment", "neutral", "contradiction")


def items_of(languages: int, count: int, words: int) -> pd.DataFrame:
    """Queries of several languages, item i of one being item i of the others."""
    names = np.arange(count).astype(str)
    frames = [
        pd.DataFrame({"language": f"l{n}", "item": names, "query": texts(count, words, n, 1000)})
        for n in range(languages)
    ]
    return pd.concat(frames, ignore_index=True)


def xnli(languages: int, premises: int) -> EvaluationSet:
    """Premises of XNLI's length with hypotheses whose vectors are drawn."""
    items = items_of(languages, premises, 20)
    for label in LABELS:
        items[label] = [f"{label} {row}" for row in range(len(items))]
    corpus = pd.Index(pd.concat([items[label] for label in LABELS]))
    return EvaluationSet("xnli", "all", "xnli", items, corpus, vectors(len(corpus), 1))


def xquad(languages: int, questions: int) -> EvaluationSet:
    """Questions, five of them about one passage."""
    items = items_of(languages, questions, QUERY_WORDS)
    items["passage"] = np.tile(np.arange(questions) // 5, languages)
    items["document"] = items["language"] + " passage " + items["passage"].astype(str)
    corpus = pd.Index(items["document"].unique())
    return EvaluationSet("xquad", "all", "qa-retrieval", items, corpus, vectors(len(corpus), 2))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    parser.add_argument("--premises", type=int, default=200, help="in each of 15 languages")
    parser.add_argument("--questions", type=int, default=300, help="in each of 12 languages")
    arguments = parser.parse_args()
    sets = [xnli(15, arguments.premises), xquad(12, arguments.questions)]
    with tempfile.TemporaryDirectory() as folder:
        make_base(Path(folder), 1000)
        encoder = load_base(Path(folder))
        start = time.perf_counter()
        queries = encode_queries(encoder, sets)
        encoded = time.perf_counter()
        outcomes = outcomes_of(queries, sets)
        scored = time.perf_counter()
    times = encoded - start, scored - encoded
    print(
        f"{len(queries.texts)} queries, {len(outcomes)} outcomes: encoding {times[0]:.1f} s, "
        f"scoring {times[1]:.2f} s, together {sum(times) / times[0]:.3f} times the encoding"
    )


if __name__ == "__main__":
    main()
