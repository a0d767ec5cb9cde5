"""What would decide a claim or a candidate that is undecided, in numbers and in words."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from adiabatic.inference.differences import ALL_TASKS, Inference
from adiabatic.inference.power import Test
from adiabatic.inference.sample_sizes import (
    POWER,
    Needed,
    correlation_of,
    kept_or_lost,
    needed_of,
    question_of,
)
from adiabatic.tasks.kinds import ARXIV, HELD_OUT, KINDS

# What items are called that no kind of a configured task names.
ALWAYS = {
    ARXIV: "anchors",
    HELD_OUT: "held-out triplets",
    ALL_TASKS: "clusters (passages, premises) of every task",
}


def sizes_for_family(rows: pd.DataFrame, evidence: pd.DataFrame, how: Inference) -> list[Needed]:
    """What would decide on comparisons that must be kept: each undecided task by itself.

    Where several tasks are undecided all must be decided, so that each needs more power.

    Args:
        rows: the comparisons. evidence: all rows of the candidate, averages among them.
    """
    margin = how.non_inferiority_margin
    parts = [part for _, part in rows.groupby("task", observed=True, sort=False)]
    parts = [part for part in parts if not (part["low"] > -margin).all()]
    questions = []
    for part in parts:
        correlation = correlation_of(part, evidence)
        test = kept_or_lost(part, correlation, margin, how.tail)
        questions.append((part, question_of(part, test, correlation)))
    return needed_of(questions, POWER ** (1 / len(parts))) if parts else []


def sizes_for_gain(row: pd.Series, how: Inference) -> list[Needed]:
    """What would show a difference to be above 0, or not to be."""
    rows, test = row.to_frame().T, Test(0.0, how.tail, bool(row["difference"] <= 0))
    return needed_of([(rows, question_of(rows, test))], POWER)


def sizes_for_equivalence(row: pd.Series, reach: float, how: Inference) -> list[Needed]:
    """What would show a difference to be within `reach` of 0 on both sides, or beyond it."""
    rows, distance = row.to_frame().T, abs(float(row["difference"]))
    if distance < reach:
        # Each of two one-sided tests errs; where the truth is 0 both must hold.
        test, truth, wanted = Test(-reach, how.tail), -distance, (1 + POWER) / 2
    else:
        test, truth, wanted = Test(reach, how.tail), distance, POWER
    question = question_of(rows, test)
    prospects = replace(question.prospects, difference=np.array([truth]))
    return needed_of([(rows, replace(question, prospects=prospects))], wanted)


def hardest(needed: Iterable[Needed]) -> Needed | None:
    """Of what is needed, that which asks for most; None where nothing is."""
    return max(needed, key=lambda one: (not one.possible, _growth(one)), default=None)


def sizes_in_words(needed: list[Needed], kinds: Mapping[str, str]) -> str:
    """`about 3,400 reported anchors (now 500)`, `more seeds, not items: about 8 (now 3)`, ...

    Args:
        kinds: of the configured tasks, by name.
    """
    if not needed:
        return ""
    possible = [one for one in needed if one.possible]
    told = []
    if near := [one for one in needed if not one.possible]:
        what = "gain" if near[0].task == HELD_OUT else "loss"
        place = f" in {', '.join(one.task for one in near)}" if len(needed) > 1 else ""
        told.append(f"the {what}{place} is near the margin: no size will do")
    if not possible:
        return told[0]
    first = possible[0]
    grown = [one for one in possible if one.items > one.items_now]
    seeds = f"{first.seeds} (now {first.seeds_now})"
    if grown:
        sizes = [
            f"{about(one.items):,} reported {_things(one, kinds, len(needed) > 1)} "
            f"(now {one.items_now:,})"
            for one in grown
        ]
        told.append(f"about {listed(sizes)}")
        if first.seeds > first.seeds_now:
            told[-1] += f", with {first.seeds} seeds (now {first.seeds_now})"
    elif first.seeds > first.seeds_now:
        told.append(f"more seeds, not items: about {seeds}")
    else:
        things = listed([f"{one.items_now:,} {_things(one, kinds, True)}" for one in possible])
        told.append(f"as many other items ({things}; power {first.power_now:.0%})")
    return "; ".join(told)


def listed(words: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def about(number: int) -> int:
    """A number to two significant digits, rounded up: no sample size is known better."""
    unit = 10 ** max(len(str(number)) - 2, 0)
    return -(-number // unit) * unit


def _growth(one: Needed) -> float:
    return one.items / one.items_now * one.seeds / one.seeds_now


def _things(one: Needed, kinds: Mapping[str, str], several: bool) -> str:
    """What items of a task are called."""
    if one.task in ALWAYS:
        return ALWAYS[one.task]
    things = f"{KINDS[kinds[one.task]].sides[0]} a language" if one.task in kinds else "items"
    return f"{things} of {one.task}" if several else things
