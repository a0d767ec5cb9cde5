"""Sets of kind beir: passages ranked by graded judgments, and what an index misses of them."""

import numpy as np
import pandas as pd

from adiabatic.evaluation.scorers import outcome_frame
from adiabatic.evaluation.search import (
    DEPTH,
    Found,
    Judgments,
    QueryVectors,
    Vectors,
    exact_search,
    graded_measures,
    ranks_of_relevant,
    recall_of,
)
from adiabatic.evaluation.sets import EvaluationSet
from adiabatic.tasks.aligned_files import spaced

# Queries per language of which exact search tells what an index misses.
SAMPLE = 100


def judged_outcomes(
    part: EvaluationSet, items: pd.DataFrame, queries: Vectors
) -> list[pd.DataFrame]:
    """Passages of each language ranked for its queries, by graded judgments."""
    frames = []
    for language, rows in items.groupby("language", sort=False, observed=True):
        judgments, pool = _judgments(rows)
        mine = queries[rows.index]
        search = _exactly if part.passages.index is None else _by_index
        found = search(part, mine, pool, judgments)
        measures = graded_measures(ranks_of_relevant(found, judgments), judgments)
        ranks = measures.pop("rank")[None, None]
        frame = outcome_frame(part.task, part.subset, [language], rows["item"], ranks)
        frames.append(frame.assign(**measures))
    return frames


def _exactly(part: EvaluationSet, queries: Vectors, pool: slice, known: Judgments) -> Found:
    return exact_search(queries, part.vectors, part.passages.rows[pool], known)


def _by_index(part: EvaluationSet, queries: Vectors, pool: slice, known: Judgments) -> Found:
    # Not before: faiss is installed only where it is asked for.
    from adiabatic.evaluation.faiss_index import index_search

    return index_search(queries, part.passages.index, pool, known)


def _judgments(queries: pd.DataFrame) -> tuple[Judgments, slice]:
    """Judgments of one language's queries, and its passages, by whose places they are numbered."""
    pool = slice(int(queries["pool_start"].iloc[0]), int(queries["pool_end"].iloc[0]))
    itself = queries["itself"].fillna(pool.start - 1).to_numpy(np.int64) - pool.start
    relevant = [documents - pool.start for documents in queries["relevant"]]
    return Judgments.of(relevant, queries["grades"].tolist(), itself), pool


def search_recall(queries: QueryVectors, sets: list[EvaluationSet]) -> pd.DataFrame:
    """What the indexes find of the best DEPTH passages of exact search, for a sample of queries.

    Returns:
        task, language, passages, queries (in the sample), recall@100 (of the best of exact search),
        relevant_exact and relevant_found (recall@100 of relevant passages, by either search).
    """
    rows = []
    for part in sets:
        if part.passages is None or part.passages.index is None:
            continue
        asked = part.items[part.items["query"].notna()]
        for language, items in asked.groupby("language", sort=False, observed=True):
            sample = items.iloc[spaced(len(items), SAMPLE)]
            vectors, unjudged = queries.of(sample["query"]), Judgments.none(len(sample))
            judgments, pool = _judgments(sample)
            size = pool.stop - pool.start
            exact, found = (
                search(part, vectors, pool, unjudged) for search in (_exactly, _by_index)
            )
            recall = recall_of(found.others, exact.others)
            relevant = []
            for search in (_exactly, _by_index):
                ranks = ranks_of_relevant(search(part, vectors, pool, judgments), judgments)
                relevant.append(graded_measures(ranks, judgments)[f"recall@{DEPTH}"].mean())
            rows.append((part.task, language, size, len(sample), recall, *relevant))
    columns = ["task", "language", "passages", "queries"]
    columns += [f"recall@{DEPTH}", "relevant_exact", "relevant_found"]
    return pd.DataFrame(rows, columns=columns)
