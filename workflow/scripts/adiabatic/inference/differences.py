"""Differences of candidates from the base, or of one from another: rows with intervals.

A candidate is what a method makes of one learning rate (and alpha); its runs differ in their seeds.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from adiabatic.inference.estimates import Estimate, Moments, average, estimate, joined_moments
from adiabatic.inference.intervals import (
    FEWEST_RUNS,
    THE_RATE,
    THESE_RUNS,
    Means,
    intervals,
    p_values_above,
    p_values_below,
)
from adiabatic.inference.simultaneous_intervals import simultaneous_intervals
from adiabatic.inference.values import (
    CROSS_LINGUAL,
    EVERY,
    NON_ENGLISH,
    Cell,
    Pair,
    Values,
    is_single,
    judges_a_language,
)
from adiabatic.tasks.kinds import ARXIV, HELD_OUT, MEAN

# Families of comparisons, each of which is judged as one.
ENGLISH, LANGUAGES, LEVELS = "English", "languages", "levels"
# In the column task: the average over all multilingual tasks.
ALL_TASKS = "all tasks"
CELL = ["task", "subset", "metric", "query_language", "document_language"]
COLUMNS = [
    *("scope", "seeds", *CELL, "family", "aggregate", "n", "clusters"),
    *("base", "tuned", "difference", "seed_sd", "standard_error", "low", "high"),
    *("p_improved", "p_noninferior", "p_inferior", "changed"),
    # Parts of the variance, by which sizes of other experiments are found: see `Estimate`.
    *("items_variance", "runs_variance", "residual_variance"),
]
# Ends of intervals that hold for all pairs of languages of a task at once, and from how many
# resamples.
SIMULTANEOUS = ["simultaneous_low", "simultaneous_high"]
RESAMPLES = 2000


@dataclass(frozen=True)
class Inference:
    """How differences are judged; names as in the configuration."""

    non_inferiority_margin: float
    confidence: float
    # The language that is tuned on.
    reference: str = "en"

    @property
    def tail(self) -> float:
        """The one-sided level of each bound."""
        return (1 - self.confidence) / 2


def scope_of(runs: int, tuned: bool) -> str:
    """What the runs of a candidate can speak of: their rate, if there are enough of them.

    Args:
        tuned: whether seeds make a difference; what has none is as it is.
    """
    return THE_RATE if tuned and runs >= FEWEST_RUNS else THESE_RUNS


def difference_rows(
    base: Values,
    tuned: list[Values],
    how: Inference,
    scope: str,
    chosen: Callable[[Values, Cell, Pair], bool] = lambda values, cell, pair: True,
) -> pd.DataFrame:
    """A row for each chosen column of each cell: see COLUMNS.

    Args:
        base: what the runs are compared with. tuned: the values of each run.
        scope: THESE_RUNS or THE_RATE.
        chosen: of which columns.
    """
    found: dict[Cell, tuple[list[Pair], Moments]] = {}
    for cell, table in base.tables.items():
        pairs = [pair for pair in table.columns if chosen(base, cell, pair)]
        if pairs and len(table):
            found[cell] = pairs, cell_estimate(base, tuned, cell, pairs).moments
    if not found:
        return pd.DataFrame(columns=COLUMNS)
    columns = [(cell, pair) for cell, (pairs, _) in found.items() for pair in pairs]
    before = [base.array(cell, pairs) for cell, (pairs, _) in found.items()]
    keys = pd.DataFrame([(*cell, *pair) for cell, pair in columns], columns=CELL)
    # The statistics of all cells in one go: of each by itself they take several times as long.
    moments = joined_moments([of_cell for _, of_cell in found.values()])
    means = np.concatenate([np.nanmean(values, axis=0) for values in before])
    return pd.concat([keys, _statistics(moments, how, scope, means)], axis=1).assign(
        family=[family_of(base, *column) for column in columns],
        aggregate=[aggregate_of(base, *column, how.reference) for column in columns],
        n=np.concatenate([(~np.isnan(values)).sum(axis=0) for values in before]),
    )[COLUMNS]


def average_rows(
    base: Values, tuned: list[Values], how: Inference, scope: str
) -> Iterator[pd.DataFrame]:
    """Rows of the averages over all multilingual tasks: non-English, and cross-lingual.

    Tasks that share their texts share their clusters, so the averages have the right error.
    """
    for label, pair_of in (
        ((NON_ENGLISH, MEAN), lambda cell: (NON_ENGLISH, base.others[cell])),
        ((EVERY, CROSS_LINGUAL), lambda cell: (EVERY, CROSS_LINGUAL)),
    ):
        parts, means = [], []
        for task in base.tasks:
            cell = base.headline(task)
            pair = pair_of(cell)
            if pair in base.tables[cell] and len(base.tables[cell]):
                parts.append(cell_estimate(base, tuned, cell, [pair]))
                means.append(base.tables[cell][pair].mean())
        if parts:
            cell = Cell(ALL_TASKS, MEAN, "headline metric")
            rows = _statistics(average(parts), how, scope, np.array([np.mean(means)]))
            keys = pd.DataFrame([(*cell, *label)], columns=CELL)
            about = {"family": "", "aggregate": f"{ALL_TASKS}, {label[0]}", "n": 0}
            if label[0] == EVERY:
                about["aggregate"] = f"{ALL_TASKS}, {CROSS_LINGUAL}"
            yield pd.concat([keys, rows], axis=1).assign(**about)[COLUMNS]


def simultaneous_rows(
    base: Values, tuned: list[Values], how: Inference, scope: str, seed: int
) -> pd.DataFrame:
    """Of each multilingual task's single pairs of languages, intervals that hold at once.

    Returns:
        A row for each pair: CELL, SIMULTANEOUS.
    """
    frames = [pd.DataFrame(columns=[*CELL, *SIMULTANEOUS])]
    for task in base.tasks:
        cell = base.headline(task)
        pairs = [pair for pair in base.tables[cell].columns if is_single(pair)]
        if pairs and len(base.tables[cell]):
            found = cell_estimate(base, tuned, cell, pairs)
            rng = np.random.default_rng(seed)
            ends = simultaneous_intervals(found, how.confidence, scope, rng, RESAMPLES)
            keys = pd.DataFrame([(*cell, *pair) for pair in pairs], columns=CELL)
            frames.append(keys.assign(simultaneous_low=ends.low, simultaneous_high=ends.high))
    return pd.concat(frames[1:] or frames, ignore_index=True)


def cell_estimate(base: Values, tuned: list[Values], cell: Cell, pairs: list[Pair]) -> Estimate:
    """The estimate of some columns of a cell.

    Raises:
        ValueError: the runs' items are not those that they are compared with.
    """
    items = base.tables[cell].index
    if not all(items.equals(v.tables[cell].index) and v.has(cell, pairs) for v in tuned):
        raise ValueError(f"items of {cell} are not those that they are compared with")
    before = base.array(cell, pairs)
    differences = np.stack([values.array(cell, pairs) - before for values in tuned])
    return estimate(differences, base.clusters[cell.task])


def family_of(values: Values, cell: Cell, pair: Pair) -> str:
    """The family that a column belongs to, empty where nothing is judged by it.

    LANGUAGES: of each multilingual task what must be kept, every pair of languages or each
    language's queries, as its kind says. LEVELS: of arXiv. ENGLISH: the held-out triplets.
    """
    if cell.task == HELD_OUT:
        return ENGLISH
    if cell.task == ARXIV:
        return "" if cell.subset.endswith(MEAN) else LEVELS
    if cell != values.headline(cell.task):
        return ""
    judged = is_single if values.kinds[cell.task].all_pairs else judges_a_language
    return LANGUAGES if judged(pair) else ""


def aggregate_of(values: Values, cell: Cell, pair: Pair, reference: str) -> str:
    """What tables and figures call a column that stands for many, empty for all others."""
    if cell.task == HELD_OUT:
        return "held-out English triplets"
    if cell.task == ARXIV:
        style = cell.subset.removesuffix(f"-{MEAN}")
        return f"arXiv, {style} anchors" if cell.subset.endswith(MEAN) else ""
    if cell != values.headline(cell.task):
        return ""
    others = values.others[cell]
    own = (reference, others if others not in ("", "monolingual") else reference)
    return {
        own: f"{cell.task}, {reference}",
        (NON_ENGLISH, others): f"{cell.task}, {NON_ENGLISH}",
        (EVERY, CROSS_LINGUAL): f"{cell.task}, {CROSS_LINGUAL}",
    }.get(pair, "")


def _statistics(found: Means, how: Inference, scope: str, base: np.ndarray) -> pd.DataFrame:
    """The statistics of means, whose base is given."""
    ends = intervals(found, how.confidence, scope)
    margin = how.non_inferiority_margin
    return pd.DataFrame(
        {
            "scope": scope,
            "seeds": found.runs,
            "clusters": found.degrees + 1,
            "base": base,
            "tuned": base + ends.point,
            "difference": ends.point,
            # The standard deviation of the runs' means.
            "seed_sd": np.sqrt(found.runs_variance * found.runs),
            "standard_error": ends.standard_error,
            "low": ends.low,
            "high": ends.high,
            "p_improved": p_values_above(found, 0.0, scope),
            "p_noninferior": p_values_above(found, -margin, scope),
            "p_inferior": p_values_below(found, -margin, scope),
            "changed": found.flips.gained + found.flips.lost,
            "items_variance": found.items_variance,
            "runs_variance": found.runs_variance,
            "residual_variance": found.residual_variance,
        }
    )
