"""The claims of adiabatic tuning, each tested as such: a number, an interval, and a verdict."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from adiabatic.statistics import (
    SAME,
    error_reduction,
    holm,
    intervals_of_differences,
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
    headline_cells,
    paired_by_seed,
    place_of_others,
    resampled,
)
from adiabatic.tasks import ARXIV, HELD_OUT, POOL

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
    return _is_single(pair) if cell.subset == MEAN else judges_a_language(cell, pair)


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
        claim, verdict, **about, number=number, ci_low=low, ci_high=high, n=int(of.n[worst]),
        comparisons=len(kept), p_value=float(kept.max()), null_hypothesis=SOME_LOSS,
        p_lost=float(lost.min()), detail=detail,
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


def estimated_rates(claims: Iterable[Claim], how: Inference) -> list[float]:
    """The learning rates at which a to d are so by the estimates, whatever their intervals say."""
    bounds = dict.fromkeys((PAIRS, RETRIEVAL, LEVELS), -how.margin_of_no_loss * POINTS)
    tested = [claim for claim in claims if claim.verdict != NOT_TESTED]
    refuted = {c.learning_rate for c in tested if c.number <= bounds.get(c.claim, 0.0)}
    about_languages = {c.learning_rate for c in tested if c.claim in (PAIRS, RETRIEVAL)}
    return sorted(about_languages - refuted)


def end_of(window: list[float], claims: Iterable[Claim]) -> float:
    """The last learning rate of a window; of an empty one, the rate of the largest gain."""
    gains = (claim for claim in claims if claim.claim == ENGLISH)
    return window[-1] if window else max(gains, key=lambda claim: claim.number).learning_rate


def window_claims(claims: list[Claim], how: Inference) -> Iterator[Claim]:
    """Claims e and f, from a to d at every learning rate of the grid.

    e's number counts the rates at which a to d are so by the estimates; its interval goes from the
    rates of the window, at which all are shown, to the rates at which none is shown to fail.
    """
    window = window_of(claims)
    rates = sorted({claim.learning_rate for claim in claims})
    seeds = claims[0].seeds
    failed = {claim.learning_rate for claim in claims if claim.verdict == FAILS}
    if window:
        verdict = HOLDS
        text = (
            f"from {window[0]:g} to {window[-1]:g}, among rates from {rates[0]:g} to {rates[-1]:g}"
        )
        if window[-1] == rates[-1]:
            text += "; it may go on above"
    else:
        verdict = FAILS if failed == set(rates) else UNDECIDED
        text = f"at {len(failed)} of {len(rates)} rates a claim fails"
        text += "" if verdict == FAILS else ", at the others one is undecided"
    items = min((claim.n for claim in claims if claim.n), default=0)
    yield Claim(
        WINDOW, verdict, number=len(estimated_rates(claims, how)), ci_low=len(window),
        ci_high=len(rates) - len(failed), unit="learning rates", n=items, comparisons=len(rates),
        seeds=seeds, detail=text,
    )  # fmt: skip
    end = end_of(window, claims)
    above = [c for c in claims if c.learning_rate > end and c.claim in (PAIRS, RETRIEVAL)]
    tested = [claim for claim in above if claim.verdict != NOT_TESTED]
    failed_above = [claim for claim in tested if claim.verdict == FAILS]
    degraded = sorted(failed_above, key=lambda claim: (claim.learning_rate, claim.number))
    start = "" if window else f"no window is shown; above {end:g}, the rate of the largest gain, "
    if degraded:
        first = degraded[0]
        detail = f"{start}first at {first.learning_rate:g}; {first.detail}"
        about = {"p_value": first.p_lost, "null_hypothesis": NO_LOSS}
        yield replace(first, claim=ABOVE, verdict=HOLDS, detail=detail, **about)
    else:
        kept = all(claim.verdict == HOLDS for claim in tested)
        verdict = NOT_TESTED if not tested else FAILS if kept else UNDECIDED
        text = "no loss beyond the margin was shown" if tested else "no rate above was tried"
        yield Claim(ABOVE, verdict, seeds=seeds, detail=text)


def rate_beyond(grid: list[Claim], ablated: list[Claim]) -> float | None:
    """The first learning rate above the grid's window at which an ablation was tried, too."""
    end = end_of(window_of(grid), grid)
    return min((c.learning_rate for c in ablated if c.learning_rate > end), default=None)


def frozen_output_claim(
    grid: list[Claim], ablated: list[Claim], name: str, spared: Compared | None, how: Inference
) -> Claim:
    """Claim g: whether the ablation's window ends at a higher rate than the grid's.

    Args:
        spared: see `other_languages`, at `rate_beyond`: what the other languages keep there that
            they lose in the grid, which is the claim's number; None where there is no such rate.
    """
    rates = {claim.learning_rate for claim in ablated}
    windows = [
        window_of(claims)
        for claims in ([claim for claim in grid if claim.learning_rate in rates], ablated)
    ]
    words = [f"{window[0]:g} to {window[-1]:g}" if window else "not shown" for window in windows]
    detail = f"window {words[1]} with it frozen, {words[0]} without, of {len(rates)} rates"
    verdict = UNDECIDED
    if all(windows):
        wider = windows[1][-1] > windows[0][-1] and windows[1][0] <= windows[0][0]
        at_end = max(rates) == windows[0][-1]
        verdict = HOLDS if wider else UNDECIDED if at_end else FAILS
    about = {"ablation": name, "comparisons": len(rates), "seeds": ablated[0].seeds}
    if spared is None:
        return Claim(FROZEN_OUTPUT, verdict, detail=detail, **about)
    ends = intervals_of_differences(spared.point, spared.means, how.confidence, spared.n)
    number, low, high = (float(value[0]) * POINTS for value in (spared.point, *ends))
    p_value = float(p_values_above(spared.point, spared.means, 0.0, spared.n)[0])
    return Claim(
        FROZEN_OUTPUT, verdict, learning_rate=rate_beyond(grid, ablated), number=number,
        ci_low=low, ci_high=high, n=int(spared.n[0]), p_value=p_value, null_hypothesis=NO_GAIN,
        detail=f"{detail}; the number: other languages, frozen minus not, first rate beyond",
        **about,
    )  # fmt: skip


def other_languages(
    repeated: list[Values], ablated: list[Values], how: Inference
) -> Compared | None:
    """What an ablation adds to the other languages, averaged over multilingual tasks.

    Args:
        repeated, ablated: values of the grid's runs and of those that repeat them, seed by seed.
    """
    pairs = {}
    for cell in headline_cells(repeated[0]):
        table = repeated[0][cell]
        others = (OTHERS, place_of_others(table))
        known = [pair for pair in (others, (EVERY, DIFFERENT)) if pair in table]
        pairs |= {cell: known[0]} if known else {}
    if not pairs:
        return None
    mean, added = paired_by_seed(repeated, ablated, pairs)
    points, means = [], []
    for cell, pair in pairs.items():
        tuned = [values[cell][[pair]] for values in added]
        differences, resamples = resampled("", cell, mean[cell][[pair]], tuned, how)
        points.append(np.nanmean(differences, axis=(0, 1)))
        means.append(resamples)
    items = min(int(mean[cell][pair].count()) for cell, pair in pairs.items())
    average, resamples = np.mean(points, axis=0), np.mean(means, axis=0)
    return Compared(["other languages"], average, resamples, np.array([items]))


def precision_claim(rows: pd.DataFrame, name: str, confidence: float) -> Claim:
    """Claim h: whether all differences of an ablation of precision lie within the margin.

    It fails where a difference beyond the margin is not 0, by two-sided p-values from the widths of
    the intervals, corrected by Holm.

    Args:
        rows: of ablation-NAME.csv.
        confidence: of its intervals.
    """
    rows = rows[rows["comparison"] == GRID_TO_ABLATION]
    error = (rows["ci_high"] - rows["ci_low"]).to_numpy() / (2 * ndtri((1 + confidence) / 2))
    difference = np.abs(rows["difference"].to_numpy())
    deviation = np.divide(difference, error, out=np.full_like(error, np.inf), where=error > 0)
    p_values = holm(2 * ndtr(-np.where(difference > 0, deviation, 0)))
    same = (rows["verdict"] == SAME).to_numpy()
    differs = ~same & (p_values < 1 - confidence)
    worst = rows.loc[rows["difference"].abs().idxmax()]
    verdict = FAILS if differs.any() else HOLDS if same.all() else UNDECIDED
    return Claim(
        PRECISION, verdict, ablation=name, learning_rate=float(worst["learning_rate"]),
        number=worst["difference"] * POINTS, ci_low=worst["ci_low"] * POINTS,
        ci_high=worst["ci_high"] * POINTS, n=int(worst["n"]), comparisons=len(rows),
        seeds=int(worst["seeds"]), p_value=float(p_values.min()), null_hypothesis=NO_DIFFERENCE,
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
    numbers = [_number(row) for row in frame.itertuples()]
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


def _number(row: Any) -> str:
    """Number and interval of a row of claims.csv, with the unit where it is not points."""
    if np.isnan(row.number):
        return ""
    if row.unit == "points":
        return f"{row.number:+.1f} [{row.ci_low:+.1f}, {row.ci_high:+.1f}]"
    return f"{row.number:g} [{row.ci_low:g}, {row.ci_high:g}] {row.unit}"


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
    for cell in headline_cells(base):
        before = base[cell]
        columns = [pair for pair in before.columns if _is_single(pair)]
        values = [seed[cell][columns] for seed in tuned]
        differences, means = resampled("", cell, before[columns], values, how)
        point = np.nanmean(differences, axis=(0, 1))
        n = before[columns].count().to_numpy()
        low, high = intervals_of_differences(point, means, how.confidence, n)
        corrected = simultaneous_intervals(point, means, how.confidence, n)
        p_kept = p_values_above(point, means, -how.margin_of_no_loss, n)
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
                "n": n,
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


def _name(cell: Cell, pair: tuple[str, str]) -> str:
    if cell.task == ARXIV:
        return cell.subset
    documents = {DIFFERENT: "other languages", POOL: "all languages"}.get(pair[1], pair[1])
    return f"{cell.task}, {pair[0]} to {documents}"
