"""Which claims an experiment can decide, before anything is tuned: power by claim and rate."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from adiabatic.inference.claims import ENGLISH_CLAIM, WINDOW
from adiabatic.inference.differences import ALL_TASKS, Inference
from adiabatic.inference.expected_changes import Expected
from adiabatic.inference.intervals import FEWEST_RUNS
from adiabatic.inference.planned_sets import PlannedSet
from adiabatic.inference.power import Test, power
from adiabatic.inference.sample_sizes import POWER, PRECISION, Question, needed_for

COLUMNS = [
    *("claim", "task", "learning_rate", "comparisons", "items", "reported", "seeds", "changed"),
    *("pilot_rate", "power", "detectable", "needed_items", "needed_seeds"),
]
# Power of less than this is no chance.
NO_CHANCE = 0.2
# Power of less than this is as good as none.
NONE = 0.005

Expectation = Callable[[PlannedSet, float], Expected]


def plan_rows(
    sets: Sequence[PlannedSet],
    rates: Sequence[float],
    seeds: int,
    expected: Expectation,
    how: Inference,
) -> pd.DataFrame:
    """A row for each claim, evaluation set and rate; then one a rate for the window, claim e.

    power: that all comparisons of the set are shown to be kept if nothing is lost; NaN for claim a,
    which has `detectable` in its place: the gain that is shown at a power of POWER. needed_items:
    in all, for a power of POWER; 0 where no size will do. With fewer seeds than speak of a rate
    the power is 0, and is found for as many as do.

    Args:
        expected: what is expected of a set at a rate.
    """
    rows = []
    for rate in sorted(rates):
        at_rate, corrected = [], []
        for of in sets:
            found = expected(of, rate)
            if of.claim == ENGLISH_CLAIM:
                at_rate.append(_gain_row(of, found, seeds, how))
                continue
            at_rate.append(_kept_row(of, found, seeds, how))
            # The first step of Holm's correction for the number of rates; it takes no less.
            some = at_rate[-1]["power"] >= NONE
            corrected.append(_power(of, found, seeds, how, how.tail / len(rates)) if some else 0.0)
        if corrected:
            row = dict.fromkeys(COLUMNS, np.nan) | {"claim": WINDOW, "task": ALL_TASKS}
            row |= {"seeds": seeds, "power": float(np.prod(corrected))}
            at_rate.append(row)
        rows += [row | {"learning_rate": rate} for row in at_rate]
    return pd.DataFrame(rows, columns=COLUMNS).sort_values(
        ["claim", "task", "learning_rate"], kind="stable", ignore_index=True
    )


def _kept_row(of: PlannedSet, found: Expected, seeds: int, how: Inference) -> dict[str, object]:
    now = _power(of, found, seeds, how, how.tail)
    enough = max(seeds, FEWEST_RUNS)
    items, number = float(of.items), enough
    if now < POWER:
        question = _question(of, found, enough, how, how.tail)
        (factor,), number = needed_for([question], enough)
        items = np.ceil(of.items * factor)
    row = _about(of, found, seeds) | {"power": now}
    return row | {"needed_items": items, "needed_seeds": number}


def _gain_row(of: PlannedSet, found: Expected, seeds: int, how: Inference) -> dict[str, object]:
    """The least gain that is shown, between a hundredth of a point and all."""
    items, number = np.full(1, of.reported), max(seeds, FEWEST_RUNS)
    least, most = 1e-4, 1.0
    while most / least > PRECISION:
        middle = np.sqrt(least * most)
        prospects = found.prospects(of, number, middle)
        if power(prospects, items, number, Test(0.0, how.tail)) >= POWER:
            most = middle
        else:
            least = middle
    return _about(of, found, seeds) | {"detectable": most, "needed_seeds": number}


def _power(of: PlannedSet, found: Expected, seeds: int, how: Inference, tail: float) -> float:
    if seeds < FEWEST_RUNS:
        return 0.0
    return _question(of, found, seeds, how, tail).power(seeds)


def _question(of: PlannedSet, found: Expected, seeds: int, how: Inference, tail: float) -> Question:
    items = np.full(of.comparisons, of.reported)
    test = Test(-how.non_inferiority_margin, tail)
    return Question(found.prospects(of, seeds), items, test)


def _about(of: PlannedSet, found: Expected, seeds: int) -> dict[str, object]:
    row = dict.fromkeys(COLUMNS, np.nan) | {"claim": of.claim, "task": of.task, "seeds": seeds}
    row |= {"comparisons": of.comparisons, "items": of.items, "reported": round(of.reported)}
    return row | {"changed": found.changed, "pilot_rate": found.pilot_rate}
