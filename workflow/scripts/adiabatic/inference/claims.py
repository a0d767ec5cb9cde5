"""Claims a to d, about one learning rate: each has a number, the bound that decides, a verdict."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

import pandas as pd

from adiabatic.inference.candidates import Evidence
from adiabatic.inference.comparisons import Candidate
from adiabatic.inference.deciding_sizes import (
    hardest,
    sizes_for_family,
    sizes_for_gain,
    sizes_in_words,
)
from adiabatic.inference.differences import ENGLISH, LANGUAGES, LEVELS
from adiabatic.inference.intervals import FEWEST_RUNS
from adiabatic.inference.sample_sizes import Needed
from adiabatic.inference.verdicts import KEPT, LOST, enough_seeds, judged
from adiabatic.plan.runs import SWEEP
from adiabatic.tasks.kinds import KINDS, PAIRS_CLAIM, RETRIEVAL_CLAIM

HOLDS, FAILS, UNDECIDED = "holds", "fails", "undecided"
NEEDS_SEEDS, NOT_TESTED, NOT_APPLICABLE = "needs seeds", "not tested", "not applicable"
ENGLISH_CLAIM, PAIRS, RETRIEVAL, LEVELS_CLAIM = "a", PAIRS_CLAIM, RETRIEVAL_CLAIM, "d"
WINDOW, ABOVE, FROZEN_OUTPUT, PRECISION = "e", "f", "g", "h"
STATEMENTS = {
    ENGLISH_CLAIM: "in-domain English improves",
    PAIRS: "no pair of languages loses more than the margin on XNLI",
    RETRIEVAL: "no language loses more than the margin on retrieval",
    LEVELS_CLAIM: "no arXiv level loses more than the margin",
    WINDOW: "there is a window of learning rates in which a to d hold",
    ABOVE: "above the window, languages degrade",
    FROZEN_OUTPUT: "freezing output.dense.weight spares other languages above the window",
    PRECISION: "exact updates change nothing",
}
# What an ablation tests, by the one setting that it changes.
ROLES = {"freeze": FROZEN_OUTPUT, "precision": PRECISION}
# What the p-value of a claim is the chance of, at most, had it been so.
NO_GAIN = "the difference is 0 or less"
SOME_LOSS = "some comparison loses the margin or more"
NO_LOSS = "no comparison loses more than the margin"
DIFFERENT = "the difference is beyond the share of the gain"
# A difference from the exact updates of less than this share of the gain counts as none.
EQUIVALENT_SHARE = 0.2


@dataclass(frozen=True)
class Claim:
    """A row of claims.csv.

    difference, low, high: of the comparison that decides, where several are compared the one with
    the lowest bound; low is the bound. p_value: of `null_hypothesis`. p_inferior: of NO_LOSS,
    corrected for the number of comparisons. needed: what would decide it where it is undecided, in
    words; needed_items, needed_seeds: in the task that asks for most, 0 where no size will do.
    """

    claim: str
    verdict: str
    group: str = SWEEP
    learning_rate: float = float("nan")
    difference: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    n: int = 0
    comparisons: int = 0
    non_inferior: int = 0
    seeds: int = 0
    p_value: float = float("nan")
    null_hypothesis: str = ""
    p_inferior: float = float("nan")
    task: str = ""
    query_language: str = ""
    document_language: str = ""
    detail: str = ""
    needed: str = ""
    needed_items: int = 0
    needed_seeds: int = 0


def claims_at(one: Candidate, evidence: Evidence, kinds: dict[str, str]) -> list[Claim]:
    """Claims a to d about one learning rate.

    a holds where the lower bound is above 0, and fails where the upper one is not. b to d: see
    `judged`. With too few seeds for the rate, what is said of it needs seeds.
    """
    rows, how = evidence.of(one), evidence.how
    enough = enough_seeds(len(one.runs), one.first.row.tuned)
    about = {"group": one.group, "learning_rate": one.learning_rate, "seeds": len(one.runs)}
    english = rows[rows["family"] == ENGLISH].iloc[0]
    verdict = HOLDS if english["low"] > 0 else FAILS if english["high"] <= 0 else UNDECIDED
    gain = Claim(
        ENGLISH_CLAIM,
        verdict if enough else NEEDS_SEEDS,
        comparisons=1,
        p_value=float(english["p_improved"]),
        null_hypothesis=NO_GAIN,
        **about,
    )
    told = [with_sizes(about_row(gain, english), lambda: sizes_for_gain(english, how), kinds)]
    claimed = rows["task"].map(lambda task: KINDS[kinds[task]].claim if task in kinds else "")
    for claim, chosen in (
        (PAIRS, (rows["family"] == LANGUAGES) & (claimed == PAIRS)),
        (RETRIEVAL, (rows["family"] == LANGUAGES) & (claimed == RETRIEVAL)),
        (LEVELS_CLAIM, rows["family"] == LEVELS),
    ):
        if not chosen.any():
            detail = "no such task was evaluated"
            told.append(Claim(claim, NOT_TESTED, detail=detail, **about))
            continue
        found = judged(rows[chosen], how, enough)
        words = {KEPT: HOLDS, LOST: FAILS}
        detail = f"{found.non_inferior} of {found.comparisons} comparisons non-inferior"
        if found.inferior:
            detail += f", {found.inferior} inferior"
        of_claim = Claim(
            claim,
            words.get(found.verdict, found.verdict),
            comparisons=found.comparisons,
            non_inferior=found.non_inferior,
            p_value=found.p_value,
            null_hypothesis=SOME_LOSS,
            p_inferior=found.p_inferior,
            detail=detail,
            **about,
        )
        of_claim = about_row(of_claim, found.deciding)
        sizes = partial(sizes_for_family, rows[chosen], rows, how)
        told.append(with_sizes(of_claim, sizes, kinds))
    return told


def with_sizes(claim: Claim, sizes: Callable[[], list[Needed]], kinds: Mapping[str, str]) -> Claim:
    """A claim with what would decide it, if it is undecided or too few seeds speak of the rate."""
    if claim.verdict == NEEDS_SEEDS:
        words = f"seeds: {FEWEST_RUNS} at least (now {claim.seeds})"
        return replace(claim, needed=words, needed_seeds=FEWEST_RUNS)
    if claim.verdict != UNDECIDED:
        return claim
    needed = sizes()
    most = hardest(needed)
    if most is None:
        return claim
    numbers = {"needed_items": most.items, "needed_seeds": most.seeds if most.possible else 0}
    return replace(claim, needed=sizes_in_words(needed, kinds), **numbers)


def about_row(claim: Claim, row: pd.Series) -> Claim:
    keys = ("difference", "low", "high", "n", "query_language", "document_language")
    place = row["task"] if row["subset"] in ("all", "mean") else f"{row['task']}, {row['subset']}"
    return replace(claim, task=place, **{key: row[key] for key in keys})
