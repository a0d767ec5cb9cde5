"""What comparisons, candidates and verdicts are called in tables, captions and on pages."""

import pandas as pd

from adiabatic.inference.values import CROSS_LINGUAL
from adiabatic.report.numbers import candidate, with_bound
from adiabatic.tasks.kinds import ARXIV, POOL


def place(row: pd.Series, prefix: str = "") -> str:
    """What a comparison is about: `xnli, de to fr`, `arXiv, title-text`; empty without a task."""
    task, subset = row[f"{prefix}task"], row[f"{prefix}subset"]
    query, document = row[f"{prefix}query_language"], row[f"{prefix}document_language"]
    if not task:
        return ""
    if task == ARXIV:
        return f"arXiv, {subset}"
    if subset not in ("all", "mean"):
        task = f"{task}, {subset}"
    return f"{task}, {direction(query, document)}"


def direction(query: str, document: str) -> str:
    """The languages of queries and documents: `de to fr`, `de to other languages`."""
    others = {CROSS_LINGUAL: "other languages", POOL: "all languages"}
    return f"{query} to {others.get(document, document)}"


def pair(row: pd.Series) -> str:
    """The languages of a row: `de to fr`."""
    return direction(row["query_language"], row["document_language"])


def in_words(verdicts: pd.Series) -> str:
    """How often each verdict occurs: `3 improved, 1 undecided`."""
    counts = verdicts.value_counts()
    return ", ".join(f"{counts[verdict]} {verdict}" for verdict in sorted(counts.index))


def name_of(row: pd.Series) -> str:
    """What a candidate is called: `sweep at 1e-4`."""
    return candidate(row["group"], row["learning_rate"], row["alpha"])


def deciding(row: pd.Series) -> str:
    """The comparison that decides on a candidate, with its difference and bound."""
    return f"{with_bound(row['worst_difference'], row['worst_low'])} in {place(row, 'worst_')}"
