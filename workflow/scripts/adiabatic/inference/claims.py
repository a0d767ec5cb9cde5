"""The claims of adiabatic tuning, each tested as such: a number, an interval, and a verdict."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from adiabatic.inference.statistics import (
    holm,
    intervals_of_differences,
    p_values_above,
    simultaneous_intervals,
)
from adiabatic.inference.summary import (
    DIFFERENT,
    EVERY,
    MEAN,
    OTHERS,
    Cell,
    Inference,
    Values,
    headline_cells,
    resampled,
)
from adiabatic.tasks.kinds import ARXIV, HELD_OUT, POOL

HOLDS, FAILS, UNDECIDED, NOT_TESTED = "holds", "fails", "undecided", "not tested"


ENGLISH, PAIRS, RETRIEVAL, LEVELS = "a", "b", "c", "d"


WINDOW, ABOVE, FROZEN_OUTPUT, PRECISION = "e", "f", "g", "h"


STATEMENTS = {
    ENGLISH: "in-domain English improves",
    PAIRS: "no pair of languages loses more than the margin on XNLI",
    RETRIEVAL: "no language loses more than the margin on retrieval",
    LEVELS: "no arXiv level loses more than the margin",
    WINDOW: "there is a window of learning rates in which a to d hold",
    ABOVE: "above the window, languages degrade",
    FROZEN_OUTPUT: "freezing output.dense.weight widens the window",
    PRECISION: "exact updates change nothing",
}


# What an ablation tests, by the settings that it changes.
ROLES = {FROZEN_OUTPUT: "freeze", PRECISION: "precision"}


# What a p-value of claims.csv is the chance of seeing by accident, had it been so.
NO_GAIN = "the difference is 0 or less"


SOME_LOSS = "some comparison loses the margin or more"


NO_LOSS = "no comparison loses more than the margin"


NO_DIFFERENCE = "no comparison differs"


POINTS = 100


@dataclass(frozen=True)
class Claim:
    """A row of claims.csv.

    number, ci_low, ci_high: in `unit`; where several are compared, those of the worst, and an
    interval that holds for all of them at once. p_value: of `null_hypothesis`; where several are
    compared, corrected by Holm, which decides. p_lost: of NO_LOSS, likewise.
    """

    claim: str
    verdict: str
    ablation: str = ""
    learning_rate: float = float("nan")
    number: float = float("nan")
    ci_low: float = float("nan")
    ci_high: float = float("nan")
    unit: str = "points"
    n: int = 0
    comparisons: int = 0
    seeds: int = 0
    p_value: float = float("nan")
    null_hypothesis: str = ""
    p_lost: float = float("nan")
    detail: str = ""


class Compared(NamedTuple):
    """Differences that are judged together: what each is of, its value and its resampled means.

    n: items that each is a mean of, shape (differences,).
    """

    names: list[str]
    point: np.ndarray
    means: np.ndarray
    n: np.ndarray


def claims_at(
    rate: float, base: Values, tuned: list[Values], how: Inference, ablation: str = ""
) -> list[Claim]:
    """Claims a to d at one learning rate, from the values of the base and of each seed.

    a holds where the interval is above 0, and fails where it is nowhere above. b to d are tests of
    non-inferiority in every comparison: they hold where all p-values of a loss of the margin or
    more, corrected by Holm, are below (1 - confidence) / 2, and fail where any p-value of a loss of
    less than the margin is, likewise corrected.
    """
    about = {"ablation": ablation, "learning_rate": rate, "seeds": len(tuned)}
    english = compared(base, tuned, how, [cell for cell in base if cell.task == HELD_OUT])
    ends = intervals_of_differences(english.point, english.means, how.confidence, english.n)
    low, high = (end[0] for end in ends)
    verdict = HOLDS if low > 0 else FAILS if high <= 0 else UNDECIDED
    numbers = [float(value) * POINTS for value in (english.point[0], low, high)]
    p_value = float(p_values_above(english.point, english.means, 0.0, english.n)[0])
    first = Claim(
        ENGLISH, verdict, **about, number=numbers[0], ci_low=numbers[1], ci_high=numbers[2],
        n=int(english.n[0]), comparisons=1, p_value=p_value, null_hypothesis=NO_GAIN,
    )  # fmt: skip
    return [
        first,
        *(
            non_inferiority(claim, compared(base, tuned, how, cells), how, about)
            if (cells := cells_of(claim, base))
            else Claim(claim, NOT_TESTED, **about, detail="no such task was evaluated")
            for claim in (PAIRS, RETRIEVAL, LEVELS)
        ),
    ]


def cells_of(claim: str, cells: Iterable[Cell]) -> list[Cell]:
    """The cells that a claim of non-inferiority is about."""
    if claim == LEVELS:
        return [cell for cell in cells if cell.task == ARXIV and not cell.subset.endswith(MEAN)]
    return [cell for cell in headline_cells(cells) if (cell.subset == MEAN) == (claim == PAIRS)]


def judges_a_language(cell: Cell, pair: tuple[str, str]) -> bool:
    """Whether a pair is a language's queries on its documents, others on average, or all."""
    return pair[0] not in (OTHERS, EVERY) and pair[1] in (pair[0], DIFFERENT, POOL)


def _is_judged(cell: Cell, pair: tuple[str, str]) -> bool:
    """Whether a claim is about a pair: on XNLI about all, else those that judge a language."""
    return is_single(pair) if cell.subset == MEAN else judges_a_language(cell, pair)


def compared(
    base: Values,
    tuned: list[Values],
    how: Inference,
    cells: list[Cell],
    is_judged: Callable[[Cell, tuple[str, str]], bool] = _is_judged,
) -> Compared:
    """The differences of some cells in those of their pairs of languages that are judged."""
    names, points, means, items = [], [], [], []
    for cell in cells:
        columns = [pair for pair in base[cell].columns if is_judged(cell, pair)]
        values = [seed[cell][columns] for seed in tuned]
        differences, resamples = resampled("", cell, base[cell][columns], values, how)
        names += [_name(cell, pair) for pair in columns]
        points.append(np.nanmean(differences, axis=(0, 1)))
        means.append(resamples)
        items.append(base[cell][columns].count().to_numpy())
    joined = np.concatenate(means, axis=1)
    return Compared(names, np.concatenate(points), joined, np.concatenate(items))


def non_inferiority(claim: str, of: Compared, how: Inference, about: dict[str, object]) -> Claim:
    """Whether nothing loses more than the margin: see `claims_at`."""
    alpha, margin = (1 - how.confidence) / 2, how.non_inferiority_margin
    kept = holm(p_values_above(of.point, of.means, -margin, of.n))
    lost = holm(p_values_above(-of.point, -of.means, margin, of.n))
    verdict = HOLDS if (kept < alpha).all() else FAILS if (lost < alpha).any() else UNDECIDED
    low, high = simultaneous_intervals(of.point, of.means, how.confidence, of.n)
    worst = int(np.argmin(of.point))
    detail = (
        f"worst: {of.names[worst]}; {int((kept < alpha).sum())} of {len(kept)} shown to be kept"
    )
    if (lost < alpha).any():
        detail += f", {int((lost < alpha).sum())} shown to lose more than the margin"
    number, low, high = (float(v[worst]) * POINTS for v in (of.point, low, high))
    return Claim(
        claim, verdict, **about, number=number, ci_low=low, ci_high=high, n=int(of.n[worst]),
        comparisons=len(kept), p_value=float(kept.max()), null_hypothesis=SOME_LOSS,
        p_lost=float(lost.min()), detail=detail,
    )  # fmt: skip


def is_single(pair: tuple[str, str]) -> bool:
    """Whether a column is about one pair of languages, and no average."""
    return pair[0] not in (OTHERS, EVERY) and pair[1] != DIFFERENT


def _name(cell: Cell, pair: tuple[str, str]) -> str:
    if cell.task == ARXIV:
        return cell.subset
    documents = {DIFFERENT: "other languages", POOL: "all languages"}.get(pair[1], pair[1])
    return f"{cell.task}, {pair[0]} to {documents}"


def claims_frame(claims: list[Claim]) -> pd.DataFrame:
    """Claims as a frame, with their statements; those that nothing tested are added."""
    missing = [
        Claim(claim, NOT_TESTED, detail="no such ablation was configured")
        for claim in STATEMENTS
        if claim not in {one.claim for one in claims}
    ]
    ordered = sorted([*claims, *missing], key=lambda one: one.claim)
    frame = pd.DataFrame([asdict(claim) for claim in ordered])
    frame.insert(1, "statement", frame["claim"].map(STATEMENTS))
    return frame
