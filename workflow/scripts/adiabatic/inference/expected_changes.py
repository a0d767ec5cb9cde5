"""How much tuning at a rate changes: by what a pilot found, or by what was found elsewhere.

The share of items that change decides how many a comparison needs. It grows with the learning
rate, and the larger the base, the lower the rates at which it does. So the defaults are by the rate
relative to the end of the window in which a base of that many layers keeps its languages.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import nan

import numpy as np
import pandas as pd

from adiabatic.inference.halves import REPORT
from adiabatic.inference.intervals import THE_RATE, THESE_RUNS
from adiabatic.inference.planned_sets import PlannedSet, claim_of
from adiabatic.inference.power import Prospects
from adiabatic.inference.sample_sizes import correlation_of, items_of, prospects_of
from adiabatic.inference.verdicts import enough_seeds
from adiabatic.plan.runs import BASE, SWEEP
from adiabatic.tasks.kinds import ARXIV, KINDS

# By the most layers of a base, the last rate before languages begin to lose: of the demonstration
# (2), of a real multilingual BERT (3 layers of width 256) and, from the paper, of E5-small (12); of
# larger ones it is a guess.
END_OF_WINDOW = {2: 1e-4, 6: 1e-5, 12: 1e-7, 10_000: 3e-8}
# Share of the items that change, by the rate relative to that: the larger of what was measured with
# the demonstration and with the BERT (docs/experiments.md). Nothing was measured with E5.
CHANGED = (
    *((2e-3, 0.0002), (1e-2, 0.0008), (1e-1, 0.007), (3e-1, 0.035), (1.0, 0.07)),
    *((1e1, 0.15), (1e2, 0.36)),
)
# Variance of an item's difference, over its absolute mean: of one that is right or wrong, of the
# mean of two such, of a rank metric.
RIGHT_OR_WRONG, MEAN_OF_TWO, GRADED = 0.95, 0.5, 0.4
# Of that variance what one run alone has, by the share that changes; and its highest share.
OWN_OF_RUN, MOST_OWN = 2.0, 0.5
# Standard deviation of runs' means, by the share that changes.
SPREAD_OF_RUNS = 0.02
# How alike two comparisons of a set are.
ALIKE_LEVELS, ALIKE_PAIRS, ALIKE_LANGUAGES = 0.05, 0.1, 0.4
# How alike two items of a cluster are (XQuAD's questions about one passage).
ALIKE_IN_CLUSTER = 0.15


@dataclass(frozen=True)
class Expected:
    """What is expected of each comparison of a set at a rate.

    changed: share of the items. variance: of an item's difference, of which `own` is the share that
    one run alone has. spread: standard deviation of the runs' means. correlation: of comparisons.
    pilot_rate: at which a pilot found that; NaN: it is what is usual.
    """

    changed: float
    variance: float
    own: float
    spread: float
    correlation: float
    pilot_rate: float = nan

    def prospects(self, of: PlannedSet, seeds: int, difference: float = 0.0) -> Prospects:
        """Those of a set's comparisons, of which each has the same true difference."""
        every = np.ones(of.comparisons)
        scope = THE_RATE if enough_seeds(seeds, tuned=True) else THESE_RUNS
        # The design effect of clusters (Kish 1965, Survey Sampling, sec. 5.4).
        variance = self.variance * (1 + ALIKE_IN_CLUSTER * (of.items / of.clusters - 1))
        return Prospects(
            difference * every,
            max(self.changed, abs(difference)) * every,
            variance * (1 - self.own) * every,
            variance * self.own * every,
            self.spread**2 * every,
            of.clusters / of.items * every,
            np.zeros(of.comparisons, dtype=int),
            scope,
            self.correlation,
        )


def by_default(of: PlannedSet, rate: float, layers: int, kinds: Mapping[str, str]) -> Expected:
    """What is expected where no pilot tells."""
    changed = usual_share(rate, layers)
    kind = KINDS[kinds[of.task]] if of.task in kinds else None
    alike = ALIKE_LEVELS if of.task == ARXIV else ALIKE_LANGUAGES
    variance = RIGHT_OR_WRONG
    if kind and kind.averaged:
        variance = MEAN_OF_TWO
    elif kind and kind.metrics[0] != "accuracy":
        variance = GRADED
    if kind and kind.all_pairs:
        alike = ALIKE_PAIRS
    own = min(OWN_OF_RUN * changed, MOST_OWN)
    spread = SPREAD_OF_RUNS * changed
    return Expected(changed, variance * changed, own, spread, alike)


def usual_share(rate: float, layers: int) -> float:
    """The share of items that change at a rate, between the measured ones on logarithmic scales."""
    end = next(end for most, end in END_OF_WINDOW.items() if layers <= most)
    rates, shares = np.log(np.array(CHANGED)).T
    return float(np.exp(np.interp(np.log(rate / end), rates, shares)))


def by_pilot(
    differences: pd.DataFrame,
    pilot_kinds: Mapping[str, str],
    of: PlannedSet,
    rate: float,
    otherwise: Expected,
) -> Expected:
    """What a pilot found for the same set, or else for the same claim, at the nearest rate.

    Args:
        differences: of the pilot, as `compare_outcomes` writes them. otherwise: where it has none,
            and for what one seed cannot tell.
    """
    reported = (differences["half"] == REPORT) & (differences["against"] == BASE)
    sweep = differences[reported & (differences["group"] == SWEEP) & (differences["run"] == "")]
    judged = sweep[sweep["family"] != ""]
    claims = judged["task"].map(lambda task: claim_of(task, pilot_kinds))
    mine = judged[judged["task"] == of.task]
    if mine.empty:
        mine = judged[claims == of.claim]
    if mine.empty:
        return otherwise
    nearest = min(mine["learning_rate"].unique(), key=lambda one: abs(np.log(one / rate)))
    mine = mine[mine["learning_rate"] == nearest]
    everything = sweep[sweep["learning_rate"] == nearest]
    parts = [part for _, part in mine.groupby("task", observed=True)]
    found = [_found(part, everything, otherwise) for part in parts]
    # Of several tasks the one that needs most.
    return max(found, key=lambda one: one.variance)


def _found(rows: pd.DataFrame, everything: pd.DataFrame, otherwise: Expected) -> Expected:
    items, seeds = items_of(rows), int(rows["seeds"].iloc[0])
    prospects = prospects_of(rows)
    # Without the design effect, since the planned set has one of its own.
    alone = 1 / (1 + ALIKE_IN_CLUSTER * (1 / prospects.clusters - 1))
    variance = ((prospects.common + prospects.interaction) * alone).mean()
    told = seeds > 1 and variance > 0
    own = float((prospects.interaction * alone).mean() / variance) if told else otherwise.own
    spread = float(np.sqrt(prospects.between.mean()))
    # Where nothing changed, one item of all might have.
    changed = max(float(rows["changed"].mean()), 1 / float(items.sum()))
    return Expected(
        changed,
        float(variance) or otherwise.variance / otherwise.changed * changed,
        own,
        spread if prospects.scope == THE_RATE else otherwise.spread,
        correlation_of(rows, everything),
        float(rows["learning_rate"].iloc[0]),
    )
