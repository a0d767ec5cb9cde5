"""Claims e to h: those about several learning rates, and about ablations."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from adiabatic.inference.claims import (
    ABOVE,
    ENGLISH,
    FAILS,
    FROZEN_OUTPUT,
    HOLDS,
    LEVELS,
    NO_DIFFERENCE,
    NO_GAIN,
    NO_LOSS,
    NOT_TESTED,
    PAIRS,
    POINTS,
    PRECISION,
    RETRIEVAL,
    UNDECIDED,
    WINDOW,
    Claim,
    Compared,
)
from adiabatic.inference.statistics import SAME, holm, intervals_of_differences, p_values_above
from adiabatic.inference.summary import (
    DIFFERENT,
    EVERY,
    GRID_TO_ABLATION,
    OTHERS,
    Inference,
    Values,
    headline_cells,
    paired_by_seed,
    place_of_others,
    resampled,
)


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
    bounds = dict.fromkeys((PAIRS, RETRIEVAL, LEVELS), -how.non_inferiority_margin * POINTS)
    tested = [claim for claim in claims if claim.verdict != NOT_TESTED]
    refuted = {c.learning_rate for c in tested if c.number <= bounds.get(c.claim, 0.0)}
    about_languages = {c.learning_rate for c in tested if c.claim in (PAIRS, RETRIEVAL)}
    return sorted(about_languages - refuted)


def end_of(window: list[float], claims: Iterable[Claim]) -> float:
    """The last learning rate of a window; of an empty one, the rate of the largest gain."""
    gains = (claim for claim in claims if claim.claim == ENGLISH)
    return window[-1] if window else max(gains, key=lambda claim: claim.number).learning_rate


def window_claims(claims: list[Claim], how: Inference) -> Iterator[Claim]:
    """Claims e and f, from a to d at every learning rate of the sweep.

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
    """The first learning rate above the sweep's window at which an ablation was tried, too."""
    end = end_of(window_of(grid), grid)
    return min((c.learning_rate for c in ablated if c.learning_rate > end), default=None)


def frozen_output_claim(
    grid: list[Claim], ablated: list[Claim], name: str, spared: Compared | None, how: Inference
) -> Claim:
    """Claim g: whether the ablation's window ends at a higher rate than the sweep's.

    Args:
        spared: see `other_languages`, at `rate_beyond`: what the other languages keep there that
            they lose in the sweep, which is the claim's number; None where there is no such rate.
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
        repeated, ablated: values of the sweep's runs and of those that repeat them, seed by seed.
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
