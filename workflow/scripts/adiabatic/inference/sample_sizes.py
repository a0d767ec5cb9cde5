"""How many items and seeds would decide what an experiment leaves undecided.

The truth that is assumed is what was observed, drawn towards the mean of its task: one difference
of 250 items is not a truth, and the lowest of many less so.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from adiabatic.inference.intervals import THE_RATE
from adiabatic.inference.power import Prospects, Test, power
from adiabatic.inference.values import CROSS_LINGUAL, EVERY, NON_ENGLISH
from adiabatic.tasks.kinds import MEAN

POWER = 0.8
# No set has more items, no sweep more seeds.
MOST_ITEMS, SEEDS_TRIED = 1_000_000, (3, 4, 5, 6, 8, 10, 15, 20, 30)
# Of two comparisons of a task, where no average tells; see docs/statistics.md.
USUAL_CORRELATION = 0.3
# Sizes are found to within this factor.
PRECISION = 1.05


@dataclass(frozen=True)
class Needed:
    """The sizes that would decide on the comparisons of a task; now: those that there are.

    items: of each comparison; 0 where no size will do. power_now: of the experiment as it is.
    """

    task: str
    items: int
    seeds: int
    items_now: int
    seeds_now: int
    power_now: float = float("nan")

    @property
    def possible(self) -> bool:
        """Whether any size will do."""
        return self.items > 0


@dataclass(frozen=True)
class Question:
    """What is to be decided on comparisons of one task, with items (columns,) as there are now."""

    prospects: Prospects
    items: np.ndarray
    test: Test

    def power(self, seeds: int, factor: float = 1.0) -> float:
        """The power with so many seeds and `factor` times the items."""
        return power(self.prospects, self.items * factor, seeds, self.test)


def needed_for(
    questions: Sequence[Question], seeds: int, wanted: float = POWER
) -> tuple[list[float], int]:
    """The factors by which items, and the number to which seeds must grow to decide each question.

    Of all numbers of seeds the one is chosen with the fewest items times seeds, as that is what
    tuning and evaluation cost. The part of the variance that is between runs does not shrink with
    items, so that no number of them may do.

    Args:
        seeds: as many as there are. wanted: power of each.
    Returns:
        A factor of at least 1 for each; 0 where no size up to MOST_ITEMS and SEEDS_TRIED will do.
    """
    of_rate = [one.prospects.scope == THE_RATE and one.prospects.between.any() for one in questions]
    more = [number for number in SEEDS_TRIED if number > seeds] if any(of_rate) else []
    largest = [max(MOST_ITEMS / one.items.max(), 1.0) for one in questions]
    # What the most seeds with the most items do not decide, nothing does.
    last = (more or [seeds])[-1]
    possible = [
        one.power(last, most) >= wanted for one, most in zip(questions, largest, strict=True)
    ]
    found, chosen, cost = [0.0] * len(questions), seeds, np.inf
    if not any(possible):
        return found, chosen
    for number in [seeds, *more]:
        factors = [0.0] * len(questions)
        for place in np.flatnonzero(possible):
            # What is left for it, so that these seeds cost less than those before.
            others = sum(possible[place + 1 :])
            left = cost / number - sum(factors) - others
            most = min(largest[place], left)
            factors[place] = _factor(questions[place], number, wanted, most) if most >= 1 else 0
            if not factors[place]:
                break
        else:
            found, chosen, cost = factors, number, sum(factors) * number
    return found, chosen


def _factor(question: Question, seeds: int, wanted: float, most: float) -> float:
    """The least factor of the items, from 1 to `most`, that gives the power; 0: none does."""
    if question.power(seeds, most) < wanted:
        return 0.0
    if question.power(seeds) >= wanted:
        return 1.0
    too_few, enough = 1.0, most
    while enough / too_few > PRECISION:
        middle = np.sqrt(enough * too_few)
        if question.power(seeds, middle) >= wanted:
            enough = middle
        else:
            too_few = middle
    return float(enough)


def kept_or_lost(rows: pd.DataFrame, correlation: float, margin: float, tail: float) -> Test:
    """The test that would decide on comparisons, by the truth that is assumed of them.

    That all are kept; where one seems to lose more than the margin, that one is inferior.
    """
    if (shrunk(rows, correlation) < -margin).any():
        # The first step of Holm's correction.
        return Test(-margin, tail / len(rows), below=True)
    return Test(-margin, tail)


def needed_of(parts: Sequence[tuple[pd.DataFrame, Question]], wanted: float) -> list[Needed]:
    """What would decide on comparisons of several tasks, rows of each as in differences.parquet."""
    seeds = int(parts[0][0]["seeds"].iloc[0])
    factors, number = needed_for([question for _, question in parts], seeds, wanted)
    found = []
    for (rows, question), factor in zip(parts, factors, strict=True):
        now, task = int(np.median(question.items)), str(rows["task"].iloc[0])
        items = int(np.ceil(now * factor))
        found.append(Needed(task, items, number, now, seeds, question.power(seeds)))
    return found


def question_of(rows: pd.DataFrame, test: Test, correlation: float = 0.0) -> Question:
    """What is asked of comparisons of one task."""
    return Question(prospects_of(rows, correlation), items_of(rows), test)


def items_of(rows: pd.DataFrame) -> np.ndarray:
    """The items of comparisons, (columns,); of an average over tasks its clusters."""
    return np.where(rows["n"] > 0, rows["n"], rows["clusters"]).astype(float)


def prospects_of(rows: pd.DataFrame, correlation: float = 0.0) -> Prospects:
    """What another experiment may be expected to find, from what was found in one task.

    What runs differ by, beyond the items on which they differ, is taken from all comparisons
    together: three runs say little of one.
    """
    items, seeds = items_of(rows), int(rows["seeds"].iloc[0])
    scope = str(rows["scope"].iloc[0])
    variance = rows["items_variance"].to_numpy(dtype=float)
    residual = np.nan_to_num(rows["residual_variance"].to_numpy(dtype=float))
    residual = np.minimum(residual, variance)
    between = np.zeros(len(rows))
    if scope == THE_RATE:
        excess = rows["runs_variance"].to_numpy(dtype=float) - residual
        known = variance > 0
        share = (excess[known] / variance[known]).mean() if known.any() else 0.0
        between = max(float(share), 0.0) * variance * seeds
    difference = shrunk(rows, correlation)
    return Prospects(
        difference,
        np.maximum(rows["changed"].to_numpy(dtype=float), np.abs(difference)),
        (variance - residual) * items,
        residual * items * seeds,
        between,
        np.minimum(rows["clusters"].to_numpy(dtype=float) / items, 1.0),
        np.zeros(len(rows), dtype=int),
        scope,
        correlation,
    )


def shrunk(rows: pd.DataFrame, correlation: float = USUAL_CORRELATION) -> np.ndarray:
    """Differences drawn towards their mean by as much as chance spreads them, (columns,).

    Efron and Morris (1975, JASA 70:311). What comparisons have in common does not spread them.
    """
    observed = rows["difference"].to_numpy(dtype=float)
    if len(observed) < 3:
        return observed
    noise = (rows["standard_error"].to_numpy(dtype=float) ** 2).mean() * (1 - correlation)
    spread = observed.var(ddof=1)
    kept = max(1 - noise / spread, 0.0) if spread > 0 else 0.0
    return observed.mean() + kept * (observed - observed.mean())


def correlation_of(rows: pd.DataFrame, evidence: pd.DataFrame) -> float:
    """How alike comparisons of one task are over its items, from 0 to 1.

    The variance of an average tells: it is that of one comparison where they are the same, and
    that over their number where they have nothing in common.
    """
    shared, pairs = 0.0, 0.0
    for average, members in _averages(rows, evidence):
        variances = members["items_variance"].to_numpy(dtype=float)
        together = len(members) ** 2 * average - variances.sum()
        most = np.sqrt(variances).sum() ** 2 - variances.sum()
        if most > 0:
            weight = len(members) * (len(members) - 1)
            shared, pairs = shared + weight * together / most, pairs + weight
    return float(np.clip(shared / pairs, 0, 0.95)) if pairs else USUAL_CORRELATION


def _averages(rows: pd.DataFrame, evidence: pd.DataFrame) -> list[tuple[float, pd.DataFrame]]:
    """Averages over some of the comparisons: the variance of each, and what it averages."""
    first = rows.iloc[0]
    same = evidence[(evidence["task"] == first["task"]) & (evidence["metric"] == first["metric"])]
    found = []
    for _, row in same[same["family"] == ""].iterrows():
        query, document = row["query_language"], row["document_language"]
        if str(row["subset"]).endswith(f"-{MEAN}"):
            style = str(row["subset"]).removesuffix(MEAN)
            members = rows[rows["subset"].astype(str).str.startswith(style)]
        elif row["subset"] != first["subset"]:
            continue
        elif (query, document) == (EVERY, CROSS_LINGUAL):
            members = rows[rows["query_language"] != rows["document_language"]]
        elif query == NON_ENGLISH:
            own = rows["document_language"].isin([row["document_language"]])
            own |= rows["query_language"] == rows["document_language"]
            members = rows[own & (rows["query_language"] != "en")]
        else:
            continue
        if len(members) > 1:
            found.append((float(row["items_variance"]), members))
    return found
