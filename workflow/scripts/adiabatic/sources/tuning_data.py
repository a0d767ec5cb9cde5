"""English tuning triplets: readers, hard negatives where there are none, and the three splits."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from adiabatic.io.errors import InputError, shown
from adiabatic.io.json_lines import read_records, text_of
from adiabatic.text.keys import text_keys
from adiabatic.text.similarity import (
    BLOCK,
    all_similarities,
    closest,
    tfidf,
    word_counts,
)


@dataclass(frozen=True)
class TuningCounts:
    """What became of the lines of a tuning file."""

    read: int
    duplicates: int
    used: int
    given_negatives: int
    chosen_negatives: int
    without_negative: int


def read_tuning_data(
    path: Path, limit: int | None, held_out: int, seed: int
) -> tuple[pd.DataFrame, TuningCounts]:
    """Triplets of a tuning file, each in one of the splits train, validation and test.

    Two formats, line by line: {"query", "positive"[, "negative"]} and MS MARCO's
    {"query", "pos": [...], "neg": [...]}, of which the first positive and a random negative are
    used. Where a line has no negative, the positive of another query whose text is closest to its
    own positive by TF-IDF is chosen. Queries or passages that splits would share are kept together.

    Args:
        limit: triplets used in all, drawn at random; None for every one.
        held_out: triplets of the validation split, and of the test split.
    Returns:
        A frame with query, positive, negative, split; and the counts.
    Raises:
        InputError: a line is in neither format, or too few triplets are left to train on.
    """
    rng = np.random.default_rng([seed, 1])
    rows = [
        _triplet(record, f"{path}, line {number}", rng) for number, record in read_records(path)
    ]
    if not rows:
        raise InputError(f"{path}: no triplet found; at least one is needed")
    triplets = pd.DataFrame(rows, columns=["query", "positive", "negative"])
    distinct = triplets.drop_duplicates(["query", "positive"], ignore_index=True)
    used = distinct
    if limit is not None and limit < len(distinct):
        used = distinct.iloc[np.sort(rng.permutation(len(distinct))[:limit])]
        used = used.reset_index(drop=True)
    given = int(used["negative"].notna().sum())
    whole = with_hard_negatives(used).dropna(subset="negative").reset_index(drop=True)
    if len(whole) <= 2 * held_out:
        raise InputError(
            f"{path}: {len(whole)} triplets found; more than {2 * held_out} are needed, since "
            f"tuning.validation: {held_out} are held out for validation and as many for the test"
        )
    whole["split"] = splits(whole, held_out, rng)
    if not (whole["split"] == "train").any():
        raise InputError(f"{path}: no triplet is left to train on; all share queries or passages")
    return whole, TuningCounts(
        read=len(triplets),
        duplicates=len(triplets) - len(distinct),
        used=len(whole),
        given_negatives=given,
        chosen_negatives=len(whole) - given,
        without_negative=len(used) - len(whole),
    )


def with_hard_negatives(triplets: pd.DataFrame) -> pd.DataFrame:
    """The triplets with missing negatives chosen as the pairs' `text` level does.

    The candidates are the positives of other queries; a text that only differs in case, spaces or
    punctuation, and a near-duplicate, is none. Where none is left, the negative stays missing.
    """
    needy = np.flatnonzero(triplets["negative"].isna())
    if not len(needy):
        return triplets
    passages = pd.Series(triplets["positive"].unique())
    own = pd.Index(passages).get_indexer(triplets["positive"])
    keys, queries = text_keys(passages), text_keys(triplets["query"])
    rows, everyone = tfidf(word_counts(passages.tolist())), np.arange(len(passages))
    answers = pd.Series(own).groupby(queries).agg(list)
    negatives = triplets["negative"].astype(object).copy()
    step = max(1, BLOCK // len(passages))
    for start in range(0, len(needy), step):
        block = needy[start : start + step]
        similarity = all_similarities(rows, own[block], everyone)
        allowed = keys[own[block]][:, None] != keys
        for row, query in enumerate(queries[block]):
            allowed[row, answers[query]] = False
        best = closest(similarity, allowed)
        found = best >= 0
        negatives.iloc[block[found]] = passages.iloc[best[found]].to_numpy()
    return triplets.assign(negative=negatives)


def splits(triplets: pd.DataFrame, held_out: int, rng: np.random.Generator) -> np.ndarray:
    """Split of each triplet; no query and no positive passage is in two splits.

    Triplets joined by a query or a passage stay together. Whole groups fill the test split, then
    the validation split, as long as they fit; the rest is for training.
    """
    queries, passages = text_keys(triplets["query"]), text_keys(triplets["positive"])
    first_passage = queries.max() + 1
    links = sparse.coo_matrix(
        (np.ones(len(triplets)), (queries, first_passage + passages)),
        shape=(first_passage + passages.max() + 1,) * 2,
    )
    groups = connected_components(links, directed=False)[1][queries]
    order = rng.permutation(groups.max() + 1)
    sizes = np.bincount(groups, minlength=groups.max() + 1)
    split_of_group = np.full(len(sizes), "train", dtype=object)
    room = {"test": held_out, "validation": held_out}
    for group in order:
        for split in room:
            if 0 < sizes[group] <= room[split]:
                split_of_group[group] = split
                room[split] -= sizes[group]
                break
        if not any(room.values()):
            break
    return split_of_group[groups]


def _triplet(
    record: dict[str, Any], where: str, rng: np.random.Generator
) -> tuple[str, str, str | None]:
    query = text_of(record, "query", where).strip()
    if "pos" in record:
        negatives = _texts(record, "neg", where) if record.get("neg") else []
        negative = negatives[rng.integers(len(negatives))] if negatives else None
        return query, _texts(record, "pos", where)[0], negative
    if "positive" not in record:
        raise InputError(
            f'{where}: keys {shown(list(record))} found; "query" and "positive" or "query" and '
            '"pos" are needed ("positive_id" names a document of an index, where there is one)'
        )
    negative = text_of(record, "negative", where).strip() if record.get("negative") else None
    return query, text_of(record, "positive", where).strip(), negative


def _texts(record: dict[str, Any], key: str, where: str) -> list[str]:
    """A non-empty list of non-empty texts."""
    value = record[key]
    if not isinstance(value, list) or not value:
        raise InputError(f'{where}: "{key}" is {shown(value)} (a list of texts is needed)')
    for text in value:
        if not isinstance(text, str) or not text.strip():
            raise InputError(f'{where}: "{key}" holds {shown(text)} (non-empty texts are needed)')
    return [text.strip() for text in value]
