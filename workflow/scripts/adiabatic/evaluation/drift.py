"""Drift: how far tuning has moved the weights, block by block, and the vectors of queries."""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

COLUMNS = ["kind", "name", "language", "base", "tuned", "value"]
# Kinds of rows.
BLOCK, QUERIES, ANISOTROPY = "block", "queries", "anisotropy"
ALIGNMENT_GAP = "alignment gap"
EVERY = "every"
_LAYER = re.compile(r"\blayers?\.(\d+)\.")
_PARTS = [
    ("layer norms", re.compile(r"layer_?norm|norm\d?\.|\bln\d?\b", re.IGNORECASE)),
    ("attention", re.compile(r"att(?:ention|n)\b")),
    ("feed-forward", re.compile(r"intermediate|output|ffn|mlp")),
]


def block_of(name: str) -> str:
    """The block that a parameter belongs to: `embeddings`, or a layer's part (`2 attention`)."""
    layer = _LAYER.search(name)
    if not layer:
        return "embeddings" if "embeddings" in name else "other"
    part = next((part for part, pattern in _PARTS if pattern.search(name)), "other")
    return f"{layer[1]} {part}"


def block_drift(base: Mapping[str, np.ndarray], delta: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """Norm of the difference of each block over the norm of its base weights.

    Args:
        base: all weights of the base by name.
        delta: tuned minus base of the parameters that were tuned.
    """
    squares: dict[str, np.ndarray] = {}
    for name, weights in base.items():
        moved = delta[name] if name in delta else np.zeros(1)
        both = [np.sum(np.square(part, dtype=np.float64)) for part in (weights, moved)]
        block = block_of(name)
        squares[block] = squares.get(block, np.zeros(2)) + both
    rows = [
        (BLOCK, block, "", np.sqrt(weights), np.nan, np.sqrt(moved / weights) if weights else 0.0)
        for block, (weights, moved) in squares.items()
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def weight_changes(
    repeated: Mapping[str, np.ndarray], ablated: Mapping[str, np.ndarray]
) -> dict[str, float]:
    """How far two runs have changed the weights, and how far they are from each other.

    Args:
        repeated, ablated: tuned minus base by parameter; one that is missing was frozen.
    Returns:
        norm_sweep, norm_ablation, and relative_weight_change: the norm of the difference of both
        changes over the larger of their norms; 0 where neither has changed any.
    """
    squares = np.zeros(3)
    for name in repeated.keys() | ablated.keys():
        one, other = repeated.get(name), ablated.get(name)
        one = np.zeros_like(other) if one is None else one
        other = np.zeros_like(one) if other is None else other
        squares += [np.sum(np.square(part, dtype=np.float64)) for part in (one, other, other - one)]
    norms = np.sqrt(squares)
    return {
        "norm_sweep": norms[0],
        "norm_ablation": norms[1],
        "relative_weight_change": norms[2] / max(norms[0], norms[1]) if norms[:2].any() else 0.0,
    }


class MovedQueries(NamedTuple):
    """Vectors of one task's queries, of the base and tuned, (n, d) each, and their languages (n,).

    parallel: whether query i means the same in every language, which follow one another.
    """

    task: str
    parallel: bool
    languages: np.ndarray
    base: np.ndarray
    tuned: np.ndarray


def query_drift(tasks: Iterable[MovedQueries]) -> pd.DataFrame:
    """What tuning did to the vectors of queries, by task and language.

    queries: mean of 1 - cosine between a query's vectors before and after. anisotropy: mean cosine
    between different queries of one language. alignment gap: mean cosine between queries of one
    meaning in different languages, minus that between queries of different meanings there.
    """
    rows: list[tuple[str, str, str, float, float, float]] = []
    for task in tasks:
        before, after = _unit(task.base), _unit(task.tuned)
        # Half the squared distance of unit vectors is 1 - cosine, but does not round to 0.
        distances = np.square(after - before).sum(axis=1) / 2
        languages = pd.unique(task.languages)
        for language in languages:
            mine = task.languages == language
            rows.append((QUERIES, task.task, language, np.nan, np.nan, distances[mine].mean()))
            both = [_mean_cosine(vectors[mine]) for vectors in (before, after)]
            rows.append((ANISOTROPY, task.task, language, *both, both[1] - both[0]))
        if task.parallel and len(languages) > 1:
            shape = (len(languages), -1, before.shape[1])
            both = [_similarity_gap(vectors.reshape(shape)) for vectors in (before, after)]
            rows.append((ALIGNMENT_GAP, task.task, EVERY, *both, both[1] - both[0]))
    return pd.DataFrame(rows, columns=COLUMNS)


def _unit(vectors: np.ndarray) -> np.ndarray:
    vectors = vectors.astype(np.float64)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _mean_cosine(vectors: np.ndarray) -> float:
    """Mean cosine between different ones of n unit vectors, shape (n, d)."""
    n = len(vectors)
    if n < 2:
        return float("nan")
    total = vectors.sum(axis=0, dtype=np.float64)
    return float((total @ total - n) / (n * (n - 1)))


def _similarity_gap(vectors: np.ndarray) -> float:
    """Same meaning minus different meanings, across languages; shape (languages, items, d)."""
    languages, items = vectors.shape[:2]
    if items < 2:
        return float("nan")
    per_item = vectors.sum(axis=0, dtype=np.float64)
    per_language = vectors.sum(axis=1, dtype=np.float64)
    everything = per_item.sum(axis=0)
    alone = float(languages * items)
    same = np.sum(per_item**2) - alone
    across = everything @ everything - np.sum(per_language**2)
    pairs = languages * (languages - 1) * items
    return float(same / pairs - (across - same) / (pairs * (items - 1)))
