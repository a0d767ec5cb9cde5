"""Claims e to h: those about several learning rates, and about ablations."""

from functools import partial

import numpy as np

from adiabatic.inference.candidates import Evidence
from adiabatic.inference.claims import (
    ABOVE,
    DIFFERENT,
    ENGLISH_CLAIM,
    EQUIVALENT_SHARE,
    FAILS,
    FROZEN_OUTPUT,
    HOLDS,
    NEEDS_SEEDS,
    NO_GAIN,
    NO_LOSS,
    NOT_APPLICABLE,
    NOT_TESTED,
    PAIRS,
    PRECISION,
    RETRIEVAL,
    UNDECIDED,
    WINDOW,
    Claim,
    about_row,
    with_sizes,
)
from adiabatic.inference.comparisons import Candidate
from adiabatic.inference.deciding_sizes import (
    sizes_for_equivalence,
    sizes_for_family,
    sizes_for_gain,
)
from adiabatic.inference.differences import ALL_TASKS, ENGLISH, LANGUAGES
from adiabatic.inference.values import NON_ENGLISH
from adiabatic.inference.verdicts import KEPT, enough_seeds, holm, judged
from adiabatic.plan.runs import rate_text

# Claims of which a window of learning rates is made.
OF_WINDOW = "abcd"


def rate_p_values(claims: list[Claim]) -> dict[float, float]:
    """For each rate the chance, at most, of its evidence for a to d, had one of them not been so.

    A claim that was not tested does not count, but one about other languages must have been: else
    it is 1.
    """
    found: dict[float, float] = {}
    for rate in sorted({claim.learning_rate for claim in claims}):
        mine = [c for c in claims if c.learning_rate == rate and c.verdict != NOT_TESTED]
        about_languages = any(claim.claim in (PAIRS, RETRIEVAL) for claim in mine)
        known = about_languages and not any(claim.verdict == NEEDS_SEEDS for claim in mine)
        found[rate] = max(claim.p_value for claim in mine) if known else 1.0
    return found


def refuted_rates(claims: list[Claim], tail: float) -> list[float]:
    """The learning rates at which one of a to d is refuted, corrected by Holm for their number."""
    refuted = []
    for rate in sorted({claim.learning_rate for claim in claims}):
        mine = [c for c in claims if c.learning_rate == rate and c.verdict != NOT_TESTED]
        # What shows that there is no gain is what is left of the evidence for one.
        chances = [1 - c.p_value if c.claim == ENGLISH_CLAIM else c.p_inferior for c in mine]
        if holm(np.nan_to_num(chances, nan=1.0)).min() < tail:
            refuted.append(rate)
    return refuted


def window_of(claims: list[Claim], tail: float) -> list[float]:
    """The learning rates next to each other at which a to d hold, around the largest gain."""
    p_values = rate_p_values(claims)
    rates = list(p_values)
    good = [p_values[rate] < tail for rate in rates]
    if not any(good):
        return []
    gains = {c.learning_rate: c.difference for c in claims if c.claim == ENGLISH_CLAIM}
    best = rates.index(max((r for r, g in zip(rates, good, strict=True) if g), key=gains.get))
    first = last = best
    while first > 0 and good[first - 1]:
        first -= 1
    while last + 1 < len(rates) and good[last + 1]:
        last += 1
    return rates[first : last + 1]


def end_of_window(claims: list[Claim], tail: float) -> float:
    """The last learning rate of the window; without one, the rate of the largest gain."""
    window = window_of(claims, tail)
    gains = [claim for claim in claims if claim.claim == ENGLISH_CLAIM]
    return window[-1] if window else max(gains, key=lambda c: c.difference).learning_rate


def window_claim(claims: list[Claim], evidence: Evidence) -> Claim:
    """Claim e. It holds where a to d do at some rate, corrected by Holm for the number of rates.

    It fails where every rate is refuted: its gain is shown to be none, or something to be lost. As
    that must be so at each, it is not corrected for the number of rates.

    Args:
        claims: a to d at every rate of the sweep.
    """
    tail, p_values = evidence.how.tail, rate_p_values(claims)
    rates, window = list(p_values), window_of(claims, tail)
    corrected = float(holm(np.array(list(p_values.values()))).min())
    refuted = refuted_rates(claims, tail)
    about = {"comparisons": len(rates), "seeds": claims[0].seeds, "p_value": corrected}
    about["null_hypothesis"] = "at no rate a to d all are so"
    tried = f"among {len(rates)} rates from {rate_text(rates[0])} to {rate_text(rates[-1])}"
    if any(claim.verdict == NEEDS_SEEDS for claim in claims):
        return Claim(WINDOW, NEEDS_SEEDS, detail=tried, **about)
    if refuted == rates:
        return Claim(WINDOW, FAILS, detail=f"refuted at every one of them, {tried}", **about)
    if not window:
        detail = f"shown at none and refuted at {len(refuted)}, {tried}"
        needed = _sizes_of_a_rate(claims, refuted)
        return Claim(WINDOW, UNDECIDED, detail=detail, **about, **needed)
    detail = f"from {rate_text(window[0])} to {rate_text(window[-1])}, {tried}"
    if window[-1] == rates[-1]:
        detail += "; it may go on above"
    verdict = HOLDS if corrected < tail else UNDECIDED
    return Claim(WINDOW, verdict, detail=detail, **about)


def _sizes_of_a_rate(claims: list[Claim], refuted: list[float]) -> dict[str, object]:
    """What a to d need at the rate that is nearest to them: the one of the least p-value."""
    p_values = {r: p for r, p in rate_p_values(claims).items() if r not in refuted}
    nearest = min(p_values, key=p_values.__getitem__)
    mine = [c for c in claims if c.learning_rate == nearest and c.needed]
    if not mine:
        return {}
    verb = "needs" if len(mine) == 1 else "need"
    words = f"what {', '.join(c.claim for c in mine)} at {rate_text(nearest)} {verb}"
    items = [c.needed_items for c in mine]
    seeds = max(c.needed_seeds for c in mine)
    return {"needed": words, "needed_items": max(items) * all(items), "needed_seeds": seeds}


def above_claim(sweep: list[Candidate], claims: list[Claim], evidence: Evidence) -> Claim:
    """Claim f, corrected by Holm for all rates above the window and all comparisons of languages.

    It holds where one is inferior, and fails where at every such rate all are kept.
    """
    how = evidence.how
    window, end = window_of(claims, how.tail), end_of_window(claims, how.tail)
    above = [one for one in sweep if one.learning_rate > end]
    largest = f"above {rate_text(end)}, the rate of the largest gain"
    start = "" if window else f"no window is shown; {largest}: "
    if not above:
        return Claim(ABOVE, NOT_TESTED, detail=f"{start}no rate above was tried")
    rows = [evidence.of(one) for one in above]
    rows = [of_rate[of_rate["family"] == LANGUAGES] for of_rate in rows]
    if not sum(map(len, rows)):
        return Claim(ABOVE, NOT_TESTED, detail="no multilingual task was evaluated")
    if not all(enough_seeds(len(one.runs), tuned=True) for one in above):
        return Claim(ABOVE, NEEDS_SEEDS, seeds=len(above[0].runs))
    corrected = holm(np.concatenate([of_rate["p_inferior"] for of_rate in rows]))
    starts = np.cumsum([0, *map(len, rows)])
    about = {"comparisons": len(corrected), "seeds": len(above[0].runs)}
    about |= {"p_value": float(corrected.min()), "null_hypothesis": NO_LOSS}
    for one, of_rate, first in zip(above, rows, starts, strict=False):
        inferior = (corrected[first : first + len(of_rate)] < how.tail).sum()
        if inferior:
            worst = of_rate.loc[of_rate["difference"].idxmin()]
            detail = f"{start}first at {rate_text(one.learning_rate)}: "
            detail += f"{inferior} of {len(of_rate)} inferior"
            claim = Claim(ABOVE, HOLDS, learning_rate=one.learning_rate, detail=detail, **about)
            return about_row(claim, worst)
    kept = all(judged(of_rate, how).verdict == KEPT for of_rate in rows)
    detail = f"{start}no loss beyond the margin is shown"
    claim = Claim(ABOVE, FAILS if kept else UNDECIDED, detail=detail, **about)
    undecided = next((r for r in rows if judged(r, how).verdict != KEPT), rows[0])
    everything = evidence.of(above[0])
    return with_sizes(claim, lambda: sizes_for_family(undecided, everything, how), evidence.kinds)


def frozen_output_claim(
    sweep: list[Candidate], ablated: list[Candidate], claims: list[Claim], evidence: Evidence
) -> Claim:
    """Claim g, at the first rate beyond the window at which the ablation was tried.

    Its number is what non-English queries, averaged over all tasks, keep more of with the output
    frozen than without, paired by seed and item: it holds above 0, and fails where it is not.
    """
    group = ablated[0].group
    end = end_of_window(claims, evidence.how.tail)
    beyond = [one for one in ablated if one.learning_rate > end]
    if not beyond:
        detail = f"no rate above {rate_text(end)} was tried"
        return Claim(FROZEN_OUTPUT, NOT_TESTED, group=group, detail=detail)
    one = min(beyond, key=lambda candidate: candidate.learning_rate)
    repeated = next(other for other in sweep if other.learning_rate == one.learning_rate)
    rows = evidence.between(repeated, one)
    rows = rows[(rows["task"] == ALL_TASKS) & (rows["query_language"] == NON_ENGLISH)]
    about = {"group": group, "learning_rate": one.learning_rate, "seeds": len(one.runs)}
    if rows.empty:
        detail = "no multilingual task was evaluated"
        return Claim(FROZEN_OUTPUT, NOT_TESTED, detail=detail, **about)
    row = rows.iloc[0]
    verdict = HOLDS if row["low"] > 0 else FAILS if row["high"] <= 0 else UNDECIDED
    if not enough_seeds(int(row["seeds"]), tuned=True):
        verdict = NEEDS_SEEDS
    about |= {"p_value": float(row["p_improved"]), "null_hypothesis": NO_GAIN, "comparisons": 1}
    where = f"at the first rate above {rate_text(end)} that it was tried at"
    detail = f"non-English queries, frozen minus not, {where}"
    claim = about_row(Claim(FROZEN_OUTPUT, verdict, detail=detail, **about), row)
    return with_sizes(claim, lambda: sizes_for_gain(row, evidence.how), evidence.kinds)


def precision_claims(
    sweep: list[Candidate], ablated: list[Candidate], claims: list[Claim], evidence: Evidence
) -> list[Claim]:
    """Claim h at every rate of an ablation of the precision.

    Where English gains, the difference of the ablation from the sweep's runs is equivalent to none
    if its interval lies within a share of that gain on both sides (two one-sided tests); it is not
    if the interval lies outside. Where English is not shown to gain, there is nothing to share.
    """
    told = []
    gains = {c.learning_rate: c for c in claims if c.claim == ENGLISH_CLAIM}
    for one in ablated:
        about = {"group": one.group, "learning_rate": one.learning_rate, "seeds": len(one.runs)}
        gain = gains[one.learning_rate]
        if gain.verdict != HOLDS:
            unknown = gain.verdict == NEEDS_SEEDS
            verdict = NEEDS_SEEDS if unknown else NOT_APPLICABLE
            detail = "" if unknown else "English is not shown to gain at this rate"
            told.append(Claim(PRECISION, verdict, detail=detail, **about))
            continue
        repeated = next(other for other in sweep if other.learning_rate == one.learning_rate)
        rows = evidence.between(repeated, one)
        row = rows[rows["family"] == ENGLISH].iloc[0]
        reach = EQUIVALENT_SHARE * gain.difference
        if not enough_seeds(int(row["seeds"]), tuned=True):
            verdict = NEEDS_SEEDS
        elif -reach < row["low"] and row["high"] < reach:
            verdict = HOLDS
        else:
            verdict = FAILS if row["low"] >= reach or row["high"] <= -reach else UNDECIDED
        detail = f"English, against {EQUIVALENT_SHARE:.0%} of a gain of {gain.difference * 100:.1f}"
        about |= {"null_hypothesis": DIFFERENT, "comparisons": 1}
        claim = about_row(Claim(PRECISION, verdict, detail=f"{detail} points", **about), row)
        sizes = partial(sizes_for_equivalence, row, reach, evidence.how)
        told.append(with_sizes(claim, sizes, evidence.kinds))
    return told
