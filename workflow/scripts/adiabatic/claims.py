"""The claims of adiabatic tuning, each tested as such: a number, an interval, and a verdict."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import norm

from adiabatic.statistics import (
    SAME,
    error_reduction,
    holm,
    intervals,
    mcnemar,
    p_values_above,
    simultaneous_intervals,
)
from adiabatic.summary import (
    DIFFERENT,
    EVERY,
    GRID_TO_ABLATION,
    MEAN,
    OTHERS,
    Cell,
    Inference,
    Values,
    is_headline,
    resampled,
)
from adiabatic.tasks import ARXIV, HELD_OUT

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
POINTS = 100


@dataclass(frozen=True)
class Claim:
    """A row of claims.csv.

    number, ci_low, ci_high: in `unit`; where several are compared, those of the worst, and an
    interval that holds for all of them at once. p_value: the largest, corrected by Holm.
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
    detail: str = ""


class Compared(NamedTuple):
    """Differences that are judged together: what each is of, its value and its resampled means."""

    names: list[str]
    point: np.ndarray
    means: np.ndarray
    n: int


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
    low, high = (ends[0] for ends in intervals(english.means, how.confidence))
    verdict = HOLDS if low > 0 else FAILS if high <= 0 else UNDECIDED
    numbers = [float(value) * POINTS for value in (english.point[0], low, high)]
    p_value = float(p_values_above(english.point, english.means, 0.0, english.n)[0])
    first = Claim(
        ENGLISH, verdict, **about, number=numbers[0], ci_low=numbers[1], ci_high=numbers[2],
        n=english.n, comparisons=1, p_value=p_value,
    )  # fmt: skip
    return [
        first,
        *(
            non_inferiority(claim, compared(base, tuned, how, cells), how, about)
            if (cells := [cell for cell in base if belongs(cell, claim)])
            else Claim(claim, NOT_TESTED, **about, detail="no such task was evaluated")
            for claim in (PAIRS, RETRIEVAL, LEVELS)
        ),
    ]


def belongs(cell: Cell, claim: str) -> bool:
    """Whether a claim of non-inferiority is about a cell."""
    if claim == LEVELS:
        return cell.task == ARXIV and not cell.subset.endswith(MEAN)
    return is_headline(cell) and (cell.subset == MEAN) == (claim == PAIRS)


def compared(base: Values, tuned: list[Values], how: Inference, cells: list[Cell]) -> Compared:
    """The differences of some cells: on XNLI every pair of languages, else every language.

    A language's queries are compared on documents in it and, on average, in the others.
    """
    names, points, means, items = [], [], [], set()
    for cell in cells:
        columns = [pair for pair in base[cell].columns if _is_judged(cell, pair)]
        values = [seed[cell][columns] for seed in tuned]
        differences, resamples = resampled("", cell, base[cell][columns], values, how)
        names += [_name(cell, pair) for pair in columns]
        points.append(differences.mean(axis=(0, 1)))
        means.append(resamples)
        items.add(len(base[cell]))
    return Compared(names, np.concatenate(points), np.concatenate(means, axis=1), min(items))


def non_inferiority(claim: str, of: Compared, how: Inference, about: dict[str, object]) -> Claim:
    """Whether nothing loses more than the margin: see `claims_at`."""
    alpha, margin = (1 - how.confidence) / 2, how.margin_of_no_loss
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
        claim, verdict, **about, number=number, ci_low=low, ci_high=high, n=of.n,
        comparisons=len(kept), p_value=float(kept.max()), detail=detail,
    )  # fmt: skip


def all_hold(claims: list[Claim]) -> bool:
    """Whether all of a to d that were tested hold, and something about other languages was."""
    languages = [c for c in claims if c.claim in (PAIRS, RETRIEVAL) and c.verdict != NOT_TESTED]
    return bool(languages) and all(claim.verdict in (HOLDS, NOT_TESTED) for claim in claims)


def window_of(claims: Iterable[Claim]) -> list[float]:
    """The learning rates next to each other at which a to d hold, around the largest gain.

    A claim that was not tested does not count, but one about other languages must have been.
    Without a rate at which all hold the list is empty.
    """
    rates: dict[float, list[Claim]] = {}
    for claim in claims:
        rates.setdefault(claim.learning_rate, []).append(claim)
    ordered = sorted(rates)
    good = {rate for rate in ordered if all_hold(rates[rate])}
    if not good:
        return []
    best = max(good, key=lambda rate: rates[rate][0].number)
    window = [best]
    for rate in ordered[ordered.index(best) + 1 :]:
        if rate not in good:
            break
        window.append(rate)
    for rate in reversed(ordered[: ordered.index(best)]):
        if rate not in good:
            break
        window.insert(0, rate)
    return window


def window_claims(claims: list[Claim]) -> Iterator[Claim]:
    """Claims e and f, from a to d at every learning rate of the grid."""
    window = window_of(claims)
    rates = sorted({claim.learning_rate for claim in claims})
    seeds = claims[0].seeds
    if window:
        text = (
            f"from {window[0]:g} to {window[-1]:g}, among rates from {rates[0]:g} to {rates[-1]:g}"
        )
        if window[-1] == rates[-1]:
            text += "; it may go on above"
        yield Claim(
            WINDOW, HOLDS, number=len(window), ci_low=window[0], ci_high=window[-1],
            unit="learning rates", comparisons=len(rates), seeds=seeds, detail=text,
        )  # fmt: skip
    else:
        failed = {claim.learning_rate for claim in claims if claim.verdict == FAILS}
        verdict = FAILS if failed == set(rates) else UNDECIDED
        text = (
            f"at {len(failed)} of {len(rates)} rates a claim fails, at the others one is undecided"
        )
        yield Claim(
            WINDOW, verdict, number=0, unit="learning rates", comparisons=len(rates), seeds=seeds,
            detail=text,
        )  # fmt: skip
    best = max((c for c in claims if c.claim == ENGLISH), key=lambda claim: claim.number)
    end = window[-1] if window else best.learning_rate
    above = [c for c in claims if c.learning_rate > end and c.claim in (PAIRS, RETRIEVAL)]
    tested = [claim for claim in above if claim.verdict != NOT_TESTED]
    failed_above = [claim for claim in tested if claim.verdict == FAILS]
    degraded = sorted(failed_above, key=lambda claim: (claim.learning_rate, claim.number))
    start = "" if window else f"there is no window; above {end:g}, the rate of the largest gain, "
    if degraded:
        first = degraded[0]
        detail = f"{start}first at {first.learning_rate:g}; {first.detail}"
        yield replace(first, claim=ABOVE, verdict=HOLDS, detail=detail)
    else:
        verdict = UNDECIDED if tested else NOT_TESTED
        text = "no loss beyond the margin was shown" if tested else "no rate above was tried"
        yield Claim(ABOVE, verdict, seeds=seeds, detail=text)


def frozen_output_claim(grid: list[Claim], ablated: list[Claim], name: str) -> Claim:
    """Claim g: whether the ablation's window ends at a higher rate than the grid's."""
    rates = {claim.learning_rate for claim in ablated}
    windows = [
        window_of(claims)
        for claims in ([claim for claim in grid if claim.learning_rate in rates], ablated)
    ]
    words = [f"{window[0]:g} to {window[-1]:g}" if window else "none" for window in windows]
    detail = f"window {words[1]} with it frozen, {words[0]} without, of {len(rates)} rates"
    about = {"ablation": name, "comparisons": len(rates), "seeds": ablated[0].seeds}
    about |= {"unit": "ratio of upper bounds", "detail": detail}
    if all(windows):
        ratio = windows[1][-1] / windows[0][-1]
        wider = windows[1][-1] > windows[0][-1] and windows[1][0] <= windows[0][0]
        at_end = max(rates) == windows[0][-1]
        verdict = HOLDS if wider else UNDECIDED if at_end else FAILS
        return Claim(FROZEN_OUTPUT, verdict, number=ratio, **about)
    return Claim(FROZEN_OUTPUT, UNDECIDED, **about)


def precision_claim(rows: pd.DataFrame, name: str, confidence: float) -> Claim:
    """Claim h: whether all differences of an ablation of precision lie within the margin.

    It fails where a difference beyond the margin is not 0, by two-sided p-values from the widths of
    the intervals, corrected by Holm.

    Args:
        rows: of ablation-NAME.csv.
        confidence: of its intervals.
    """
    rows = rows[rows["comparison"] == GRID_TO_ABLATION]
    error = (rows["ci_high"] - rows["ci_low"]).to_numpy() / (2 * norm.ppf((1 + confidence) / 2))
    difference = np.abs(rows["difference"].to_numpy())
    deviation = np.divide(difference, error, out=np.full_like(error, np.inf), where=error > 0)
    p_values = holm(2 * norm.sf(np.where(difference > 0, deviation, 0)))
    same = (rows["verdict"] == SAME).to_numpy()
    differs = ~same & (p_values < 1 - confidence)
    worst = rows.loc[rows["difference"].abs().idxmax()]
    verdict = FAILS if differs.any() else HOLDS if same.all() else UNDECIDED
    return Claim(
        PRECISION, verdict, ablation=name, learning_rate=float(worst["learning_rate"]),
        number=worst["difference"] * POINTS, ci_low=worst["ci_low"] * POINTS,
        ci_high=worst["ci_high"] * POINTS, n=int(worst["n"]), comparisons=len(rows),
        seeds=int(worst["seeds"]), p_value=float(p_values.min()),
        detail=f"{same.sum()} of {len(rows)} shown to be the same within the margin, "
        f"{differs.sum()} to differ; largest: {worst['family']}",
    )  # fmt: skip


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


def claims_table(frame: pd.DataFrame) -> pd.DataFrame:
    """For people: one row a claim and learning rate."""
    points = frame["unit"] == "points"
    numbers = [
        ""
        if np.isnan(row.number)
        else f"{row.number:+.1f} [{row.ci_low:+.1f}, {row.ci_high:+.1f}]"
        if in_points
        else f"{row.number:.3g} {row.unit}"
        for row, in_points in zip(frame.itertuples(), points, strict=True)
    ]
    rates = frame["learning_rate"].map(lambda rate: "" if np.isnan(rate) else f"{rate:g}")
    return pd.DataFrame(
        {
            "claim": frame["claim"] + ". " + frame["statement"],
            "learning rate": rates,
            "ablation": frame["ablation"],
            "number (points)": numbers,
            "n": frame["n"].replace(0, "").astype(str),
            "seeds": frame["seeds"].replace(0, "").astype(str),
            "verdict": frame["verdict"],
            "detail": frame["detail"],
        }
    )


LANGUAGE_COLUMNS = [
    *("learning_rate", "task", "metric", "query_language", "document_language", "n", "seeds"),
    *("base", "tuned", "difference", "ci_low", "ci_high", "simultaneous_low"),
    *("simultaneous_high", "error_reduction", "p_kept", "p_kept_holm", "p_mcnemar"),
]


def language_rows(
    rate: float, base: Values, tuned: list[Values], how: Inference
) -> Iterator[pd.DataFrame]:
    """Rows of languages.csv for one rate: every single pair of languages of every task.

    McNemar's test, a cross-check that knows no bootstrap, is on what is wholly right: both of
    XNLI's comparisons, the first place of retrieval; its p-value is the median over seeds.
    """
    for cell, before in base.items():
        if not is_headline(cell):
            continue
        columns = [pair for pair in before.columns if _is_single(pair)]
        values = [seed[cell][columns] for seed in tuned]
        differences, means = resampled("", cell, before[columns], values, how)
        point = differences.mean(axis=(0, 1))
        low, high = intervals(means, how.confidence)
        corrected = simultaneous_intervals(point, means, how.confidence, len(before))
        p_kept = p_values_above(point, means, -how.margin_of_no_loss, len(before))
        mean = before[columns].mean().to_numpy()
        whole = before[columns].to_numpy() == 1
        changed = np.array([mcnemar(whole, seed.to_numpy() == 1) for seed in values])
        yield pd.DataFrame(
            {
                "learning_rate": rate,
                "task": cell.task,
                "metric": cell.metric,
                "query_language": [query for query, _ in columns],
                "document_language": [document for _, document in columns],
                "n": len(before),
                "seeds": len(tuned),
                "base": mean,
                "tuned": mean + point,
                "difference": point,
                "ci_low": low,
                "ci_high": high,
                "simultaneous_low": corrected[0],
                "simultaneous_high": corrected[1],
                "error_reduction": error_reduction(mean, mean + point),
                "p_kept": p_kept,
                "p_kept_holm": holm(p_kept),
                "p_mcnemar": np.median(changed, axis=0),
            }
        )


def _is_single(pair: tuple[str, str]) -> bool:
    return pair[0] not in (OTHERS, EVERY) and pair[1] != DIFFERENT


def _is_judged(cell: Cell, pair: tuple[str, str]) -> bool:
    if cell.subset == MEAN:
        return _is_single(pair)
    return pair[0] not in (OTHERS, EVERY) and pair[1] in (pair[0], DIFFERENT)


def _name(cell: Cell, pair: tuple[str, str]) -> str:
    if cell.task == ARXIV:
        return cell.subset
    documents = "other languages" if pair[1] == DIFFERENT else pair[1]
    return f"{cell.task}, {pair[0]} to {documents}"
