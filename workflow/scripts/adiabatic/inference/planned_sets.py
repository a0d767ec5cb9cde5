"""What evaluation sets allow to be compared, before anything is tuned."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from adiabatic.evaluation.outcomes import clusters_of, joined, outcomes_of_set
from adiabatic.evaluation.sets import EvaluationSet
from adiabatic.inference.claims import ENGLISH_CLAIM, LEVELS_CLAIM
from adiabatic.inference.differences import ENGLISH, LANGUAGES, LEVELS, family_of
from adiabatic.inference.values import values_of
from adiabatic.tasks.kinds import ARXIV, HELD_OUT, KINDS

# Items that are enough to see which comparisons a set has.
FEW = 3


@dataclass(frozen=True)
class PlannedSet:
    """The comparisons of a task that are judged as one.

    claim: of which it is evidence. items, clusters: of each comparison, in all. share: of them that
    are reported.
    """

    task: str
    claim: str
    comparisons: int
    items: int
    clusters: int
    share: float

    @property
    def reported(self) -> float:
        """Items that are reported."""
        return self.items * self.share


def planned_sets(
    sets: Iterable[EvaluationSet], kinds: Mapping[str, str], selection_share: float, reference: str
) -> list[PlannedSet]:
    """A row for each task that is evidence for a claim.

    Args:
        sets: without vectors. kinds: of the configured tasks, by name.
        selection_share: of the items but those of the held-out triplets, which choose nothing.
    """
    together: dict[str, list[EvaluationSet]] = {}
    for part in sets:
        together.setdefault(part.task, []).append(part)
    found = []
    for task, parts in together.items():
        if claim := claim_of(task, kinds):
            share = 1.0 if task == HELD_OUT else 1 - selection_share
            sizes = _items(parts[0]), _clusters(parts[0])
            found.append(
                PlannedSet(task, claim, _comparisons(parts, kinds, reference), *sizes, share)
            )
    return found


def claim_of(task: str, kinds: Mapping[str, str]) -> str:
    """The claim that a task is evidence for, empty for none."""
    always = {ARXIV: LEVELS_CLAIM, HELD_OUT: ENGLISH_CLAIM}
    return always.get(task) or (KINDS[kinds[task]].claim if task in kinds else "")


def _comparisons(parts: list[EvaluationSet], kinds: Mapping[str, str], reference: str) -> int:
    """How many comparisons are judged as one, by outcomes of a few items whose vectors say nothing.

    Sets of passages that are searched have one for each language.
    """
    first = parts[0]
    if first.passages is not None:
        return int(first.items["language"].nunique())
    outcomes = joined(outcomes_of_set(_Nothing(), _few(part)) for part in parts)
    values = values_of(outcomes, dict(kinds), reference)
    families = [
        family_of(values, cell, pair) for cell, table in values.tables.items() for pair in table
    ]
    return sum(family in (ENGLISH, LANGUAGES, LEVELS) for family in families)


class _Nothing:
    """Queries whose vectors have no dimension."""

    def of(self, texts: pd.Series) -> np.ndarray:
        """Vectors of some texts."""
        return np.empty((len(texts), 0), dtype=np.float32)


def _few(part: EvaluationSet) -> EvaluationSet:
    """The same set with a few items of each language; documents that no query asks for stay."""
    asked = part.items[part.items["query"].notna()]
    chosen = set()
    for _, rows in asked.groupby("language", observed=True):
        chosen |= set(rows["item"].drop_duplicates()[:FEW])
    items = part.items
    return replace(part, items=items[items["item"].isin(chosen) | items["query"].isna()])


def _items(part: EvaluationSet) -> int:
    """Items of a comparison: the fewest of any language."""
    asked = part.items[part.items["query"].notna()]
    return int(asked.groupby("language", observed=True)["item"].nunique().min())


def _clusters(part: EvaluationSet) -> int:
    clusters = clusters_of(part)
    return int(clusters.groupby(level=0).nunique().min())
