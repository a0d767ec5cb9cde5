"""Verdicts: on a difference, on whether all languages are kept, and on the whole experiment."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from adiabatic.inference.differences import LANGUAGES, LEVELS, Inference
from adiabatic.inference.intervals import FEWEST_RUNS

# On one difference, and on all that must be kept.
IMPROVED, NON_INFERIOR, INFERIOR, UNDECIDED = "improved", "non-inferior", "inferior", "undecided"
NEEDS_SEEDS = "needs seeds"
KEPT, LOST = "kept", "lost"
# What the family of a row asks for.
MUST_BE_KEPT = (LANGUAGES, LEVELS)


def verdicts(low: np.ndarray, high: np.ndarray, margin: float) -> np.ndarray:
    """A verdict on each interval.

    improved: it is above 0. non-inferior: above minus the margin. inferior: below minus the margin.
    undecided: it holds minus the margin.
    """
    return np.select(
        [low > 0, low > -margin, high < -margin], [IMPROVED, NON_INFERIOR, INFERIOR], UNDECIDED
    )


def holm(p_values: np.ndarray) -> np.ndarray:
    """P-values corrected for their number (Holm 1979), so that the chance of any error is kept."""
    order = np.argsort(p_values, kind="stable")
    factors = len(p_values) - np.arange(len(p_values))
    corrected = np.empty(len(p_values))
    corrected[order] = np.minimum(np.maximum.accumulate(p_values[order] * factors), 1)
    return corrected


@dataclass(frozen=True)
class Judgement:
    """Whether nothing that must be kept is lost: one intersection-union test.

    All are kept where the lower bound of every comparison is above minus the margin, without a
    correction for their number (Berger 1982, Technometrics 24:295). Something is lost where a
    comparison is inferior after Holm's correction. Else it is undecided.

    deciding: the row of the comparison with the lowest bound, None where there is no comparison.
    inferior: comparisons that are inferior, corrected. non_inferior: those above the margin.
    """

    verdict: str
    comparisons: int = 0
    non_inferior: int = 0
    inferior: int = 0
    p_value: float = float("nan")
    p_inferior: float = float("nan")
    deciding: pd.Series | None = None

    @property
    def kept(self) -> bool:
        """Whether all are shown to be kept."""
        return self.verdict == KEPT


def judged(rows: pd.DataFrame, how: Inference, speaks_of_rate: bool = True) -> Judgement:
    """The judgement on rows that must be kept; `speaks_of_rate`: see `scope_of`.

    Runs that are too few for their rate need more of them, whatever they show.
    """
    if rows.empty:
        return Judgement(UNDECIDED)
    kept = (rows["low"] > -how.non_inferiority_margin).to_numpy()
    lost = holm(rows["p_inferior"].to_numpy())
    if (lost < how.tail).any():
        verdict = LOST
    elif not kept.all():
        verdict = UNDECIDED
    else:
        verdict = KEPT
    if not speaks_of_rate:
        verdict = NEEDS_SEEDS
    return Judgement(
        verdict,
        len(rows),
        int(kept.sum()),
        int((lost < how.tail).sum()),
        float(rows["p_noninferior"].max()),
        float(lost.min()),
        rows.loc[rows["low"].idxmin()],
    )


def enough_seeds(seeds: int, tuned: bool) -> bool:
    """Whether the runs of a candidate can speak of its rate."""
    return not tuned or seeds >= FEWEST_RUNS
