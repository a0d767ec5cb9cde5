"""How often intervals cover, tests err and candidates are recommended falsely, by simulation.

Outcomes are simulated as those of tuned encoders: an item is gained, lost or neither; languages of
an item are alike, and so are runs, each of which shifts all its items. Everything that is inferred
of them is inferred by the project's own functions.

With 1 or 2 seeds intervals are for these runs, and the truth is those runs' own mean; from 3 on for
the rate. The standard deviation of the shifts is in standard errors of one run over its items.
"""

import argparse
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from adiabatic.inference.candidates import Evidence
from adiabatic.inference.comparisons import Candidate
from adiabatic.inference.differences import Inference
from adiabatic.inference.estimates import estimate
from adiabatic.inference.intervals import (
    FEWEST_RUNS,
    THE_RATE,
    THESE_RUNS,
    bounds,
    p_values_above,
    p_values_below,
)
from adiabatic.inference.selection import SWITCH, judge_choice
from adiabatic.inference.simultaneous_intervals import simultaneous_intervals
from adiabatic.inference.verdicts import LOST, judged
from adiabatic.plan.runs import SWEEP, PlannedRun

SEEDS, ITEMS, SPREADS = (1, 2, 3, 5, 10), (250, 1000, 2500), (0.0, 0.5, 1.0, 2.0)
CONFIDENCE, MARGIN = 0.95, 0.02
HOW = Inference(MARGIN, CONFIDENCE)
# Share of items that change; of languages that change with the item's, of runs with the others.
CHANGED, ALIKE, AGREE = 0.12, 0.6, 0.7
# Of the languages when a rate is chosen: low rates change little, else nothing is shown to be kept.
FEW = 0.04
# Languages of a family mean and of the test that all are kept; pairs that are covered at once.
LANGUAGES, PAIRS = 8, 225
# Of the shifts of languages, what a run has in common for all.
TOGETHER = 0.5
# Random numbers drawn at a time.
BLOCK = 2**24
WHOLE = 2**16


def flips(
    rng: np.random.Generator, items: int, shifts: np.ndarray, changed: float = CHANGED
) -> np.ndarray:
    """Differences of items, (runs, items, experiments, languages), of mean `shifts`.

    Args:
        shifts: (runs, experiments, languages). changed: share of the items.
    """

    def drawn(*shape: int) -> np.ndarray:
        return rng.integers(0, WHOLE, shape, dtype=np.uint16)

    runs, experiments, languages = shifts.shape
    place = drawn(items, experiments, languages)
    if languages > 1:
        alike = drawn(items, experiments, languages) < ALIKE * WHOLE
        place = np.where(alike, drawn(items, experiments, 1), place)
    whole = (runs, items, experiments, languages)
    if runs > 1:
        place = np.where(drawn(*whole) < AGREE * WHOLE, place, drawn(*whole))
    else:
        place = place[None]
    gained = ((changed + shifts) / 2 * WHOLE).astype(np.uint16)[:, None]
    kept = (WHOLE - 1 - (changed - shifts) / 2 * WHOLE).astype(np.uint16)[:, None]
    return (place < gained).astype(np.int8) - (place > kept).astype(np.int8)


def shifts_of(
    rng: np.random.Generator,
    shape: tuple[int, int, int],
    items: int,
    spread: float,
    mean: float | np.ndarray = 0.0,
    together: float = TOGETHER,
    changed: float = CHANGED,
    error: float | None = None,
) -> np.ndarray:
    """Shifts of runs about the rate's mean, (runs, experiments, languages), by chance symmetric.

    Args:
        spread: standard deviation, in errors of one run. error: of one item, if not that of flips.
    """
    common = rng.standard_normal((*shape[:2], 1)) * np.sqrt(together)
    own = rng.standard_normal(shape) * np.sqrt(1 - together)
    error = np.sqrt(changed) if error is None else error
    reach = changed - np.abs(mean)
    return mean + np.clip((common + own) * spread * error / np.sqrt(items), -reach, reach)


def scope_of_seeds(seeds: int) -> str:
    """What that many runs can speak of."""
    return THE_RATE if seeds >= FEWEST_RUNS else THESE_RUNS


def truth_of(shifts: np.ndarray) -> np.ndarray | float:
    """What an interval should cover: the mean of few runs, the rate's of more."""
    return shifts.mean(axis=0) if len(shifts) < FEWEST_RUNS else 0.0


def covered(low: np.ndarray, high: np.ndarray, truth: np.ndarray | float) -> np.ndarray:
    """Whether intervals hold the truth."""
    return (low <= truth) & (truth <= high)


def single_pairs(
    rng: np.random.Generator, seeds: int, items: int, spread: float, experiments: int
) -> float:
    """Coverage of the interval of one pair of languages."""
    shifts = shifts_of(rng, (seeds, experiments, 1), items, spread)
    found = estimate(flips(rng, items, shifts)[..., 0], np.arange(items))
    low, high = bounds(found, (1 - CONFIDENCE) / 2, scope_of_seeds(seeds))
    return covered(low, high, np.squeeze(truth_of(shifts))).mean()


def family_means(
    rng: np.random.Generator, seeds: int, items: int, spread: float, experiments: int
) -> float:
    """Coverage of the interval of a mean over languages, item by item."""
    # Two languages of an item change together where both change with it.
    error = np.sqrt(CHANGED * (1 + (LANGUAGES - 1) * ALIKE**2) / LANGUAGES)
    shape = (seeds, experiments, 1)
    shifts = shifts_of(rng, shape, items, spread, together=1.0, error=error)
    values = flips(rng, items, np.repeat(shifts, LANGUAGES, axis=2))
    found = estimate(values.mean(axis=3), np.arange(items))
    low, high = bounds(found, (1 - CONFIDENCE) / 2, scope_of_seeds(seeds))
    return covered(low, high, np.squeeze(truth_of(shifts))).mean()


def at_once(
    rng: np.random.Generator, seeds: int, items: int, spread: float, experiments: int
) -> float:
    """How often the intervals of all pairs of languages hold at once; they are few at a time."""
    hold = []
    for _ in range(experiments):
        shifts = shifts_of(rng, (seeds, 1, PAIRS), items, spread)
        found = estimate(flips(rng, items, shifts)[:, :, 0], np.arange(items))
        ends = simultaneous_intervals(found, CONFIDENCE, scope_of_seeds(seeds), rng, 1000)
        hold.append(covered(ends.low, ends.high, np.squeeze(truth_of(shifts))).all())
    return float(np.mean(hold))


def called_kept(
    rng: np.random.Generator, seeds: int, items: int, spread: float, experiments: int
) -> float:
    """How often all languages are called kept of which one loses just the margin.

    The others gain, so that they do not help to find it: no truth is less favourable. Where it is
    these runs that lose it, they do not shift.
    """
    means = np.full(LANGUAGES, 4 * MARGIN)
    means[0] = -MARGIN
    spread = spread if seeds >= FEWEST_RUNS else 0.0
    shifts = shifts_of(rng, (seeds, experiments, LANGUAGES), items, spread, means)
    values = flips(rng, items, shifts).reshape(seeds, items, -1)
    found = estimate(values, np.arange(items))
    low, _ = bounds(found, HOW.tail, scope_of_seeds(seeds))
    return float((low.reshape(-1, LANGUAGES) > -MARGIN).all(axis=1).mean())


class _Simulated(Evidence):
    """Evidence without rows of differences: what would decide is not asked."""

    def of(self, *_: object) -> None:
        """No rows."""


def recommended(
    rng: np.random.Generator,
    seeds: int,
    items: int,
    spread: float,
    losses: np.ndarray,
    experiments: int,
) -> np.ndarray:
    """Shares in which the whole procedure recommends a rate; falsely; and a run that loses.

    Half of the items choose, the others are reported; runs are the same in both. English gains more
    at higher rates.

    Args:
        losses: of each rate in each language, (rates, languages).
    """
    rates = [10.0**-rate for rate in range(len(losses), 0, -1)]
    candidates = [
        Candidate(SWEEP, rate, float("nan"), tuple(
            PlannedRun(f"{rate}-{seed}", SWEEP, learning_rate=rate, seed=seed)
            for seed in range(seeds)))
        for rate in rates
    ]  # fmt: skip
    gains = np.linspace(0.04, 0.08, len(rates))
    found = [
        _tried(rng, one, items, spread, loss, gain, experiments)
        for one, loss, gain in zip(candidates, losses, gains, strict=True)
    ]
    counts = np.zeros(3)
    for at in range(experiments):
        rows = [of_rate[at][0] for of_rate in found]
        validation = {run: gain for of_rate in found for run, gain in of_rate[at][1].items()}
        evidence = _Simulated(pd.DataFrame(), validation, {}, HOW)
        choice = judge_choice(pd.DataFrame(rows), candidates, evidence, 0.5)
        if choice.status == SWITCH:
            rate = rates.index(choice.row["learning_rate"])
            counts += [1, losses[rate].max() > MARGIN, found[rate][at][2][choice.run]]
    return counts / experiments


def _tried(
    rng: np.random.Generator,
    one: Candidate,
    items: int,
    spread: float,
    loss: np.ndarray,
    gain: float,
    experiments: int,
) -> list[tuple[dict[str, object], dict[str, float], dict[str, bool]]]:
    """Of each experiment a rate's row, validation gains of its runs, and which truly lose."""
    seeds, half = len(one.runs), items // 2
    names = [run.name for run in one.runs]
    shape = (seeds, experiments, len(loss))
    shifts = shifts_of(rng, shape, items, spread, -loss, changed=FEW)
    values = flips(rng, items, shifts, FEW).reshape(seeds, items, -1)
    chosen = [_rows(v[None, :half], THESE_RUNS, experiments) for v in values]
    reported = _rows(values[:, half:], THE_RATE, experiments)
    # English has 1,000 triplets to be reported, and 1,000 others to validate.
    english_shifts = shifts_of(rng, (seeds, experiments, 1), 1000, spread, gain)
    english = estimate(flips(rng, 1000, english_shifts)[..., 0], np.arange(1000))
    validated = flips(rng, 1000, english_shifts)[..., 0].mean(axis=1)
    low, high = bounds(english, HOW.tail, THE_RATE)
    told = []
    for at in range(experiments):
        of_runs = [judged(rows[at], HOW) for rows in chosen]
        judgement = judged(reported[at], HOW)
        row = {
            "group": SWEEP,
            "learning_rate": one.learning_rate,
            "alpha": one.alpha,
            "stored_index": "yes",
            "seeds": seeds,
            "validation_gain": validated[:, at].mean(),
            "enough_seeds": True,
            "judged_in_selection": True,
            "seeds_kept_in_selection": sum(of_run.kept for of_run in of_runs),
            "seeds_lost_in_selection": sum(of_run.verdict == LOST for of_run in of_runs),
            "verdict": judgement.verdict,
            "comparisons": judgement.comparisons,
            "non_inferior": judgement.non_inferior,
            "inferior": judgement.inferior,
            "english_low": low[at],
            "english_high": high[at],
        }
        lost = (shifts[:, at] < -MARGIN).any(axis=1)
        told.append(
            (
                row,
                dict(zip(names, validated[:, at], strict=True)),
                dict(zip(names, lost, strict=True)),
            )
        )
    return told


def _rows(values: np.ndarray, scope: str, experiments: int) -> list[pd.DataFrame]:
    """What a judgement reads, of each experiment."""
    found = estimate(values, np.arange(values.shape[1]))
    low, _ = bounds(found, HOW.tail, scope)
    columns = {
        "low": low,
        "p_noninferior": p_values_above(found, -MARGIN, scope),
        "p_inferior": p_values_below(found, -MARGIN, scope),
    }
    frame = pd.DataFrame(columns)
    size = len(frame) // experiments
    return [frame[at : at + size] for at in range(0, len(frame), size)]


def in_blocks(
    simulate: Callable[..., float],
    each: int,
    rng: np.random.Generator,
    *cell: float,
    experiments: int,
) -> float:
    """A share over many experiments, of which a block fits in memory. each: columns of one."""
    size = max(int(BLOCK / (cell[0] * cell[1] * each)), 1)
    sizes = [min(size, experiments - at) for at in range(0, experiments, size)]
    shares = [simulate(rng, *cell, count) for count in sizes]
    return float(np.average(shares, weights=sizes))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    parser.add_argument("--experiments", type=int, default=2000, help="of one pair or mean")
    parser.add_argument("--families", type=int, default=40, help=f"of {PAIRS} pairs at once")
    parser.add_argument("--procedures", type=int, default=200, help="of the whole choice")
    parser.add_argument("--seed", type=int, default=0)
    parts = {
        "pairs": lambda rng, of: coverage(
            rng, "Single pairs of languages", single_pairs, 1, of.experiments
        ),
        "means": lambda rng, of: coverage(
            rng, f"Means over {LANGUAGES} languages", family_means, LANGUAGES, of.experiments
        ),
        "kept": lambda rng, of: errors(rng, of.experiments),
        "choice": lambda rng, of: whole_procedure(rng, of.procedures),
        "families": lambda rng, of: coverage(
            rng, f"{PAIRS} correlated pairs at once", at_once, PAIRS, of.families
        ),
    }
    parser.add_argument("--parts", nargs="+", choices=parts, default=list(parts))
    arguments = parser.parse_args()
    for name in arguments.parts:
        start = time.perf_counter()
        parts[name](np.random.default_rng(arguments.seed), arguments)
        print(f"({time.perf_counter() - start:.0f} s)")


def coverage(
    rng: np.random.Generator,
    title: str,
    simulate: Callable[..., float],
    each: int,
    experiments: int,
) -> None:
    """Prints how often intervals cover. each: columns of an experiment."""
    about = f"coverage of {CONFIDENCE:.0%} intervals, percent; * outside 93 to 97"
    print(f"\n{title}: {about}\n({error_of(CONFIDENCE, experiments)})")
    cells(lambda *cell: in_blocks(simulate, each, rng, *cell, experiments=experiments), 0.93, 0.97)


def errors(rng: np.random.Generator, experiments: int) -> None:
    """Prints how often all languages are called kept of which one is not."""
    print(
        f"\nAll of {LANGUAGES} languages called kept, of which one loses just the margin: percent"
    )
    print(f"({error_of(0.025, experiments)}; * above 3)")
    cells(
        lambda *cell: in_blocks(called_kept, LANGUAGES, rng, *cell, experiments=experiments),
        0,
        0.03,
    )


def cells(share: Callable[..., float], low: float, high: float) -> None:
    """Prints shares by seeds, spread and items; those outside [low, high] are marked."""
    print(f"{'seeds':>5} {'seed SD':>7}" + "".join(f"{f'n {items:,}':>10}" for items in ITEMS))
    for seeds in SEEDS:
        for spread in SPREADS:
            shares = [share(seeds, items, spread) for items in ITEMS]
            row = "".join(f"{s * 100:9.1f}{' ' if low <= s <= high else '*'}" for s in shares)
            print(f"{seeds:5} {spread:7.1f}{row}", flush=True)


def error_of(share: float, experiments: int) -> str:
    """The standard error of a simulated share, in words."""
    error = np.sqrt(share * (1 - share) / experiments) * 100
    return f"{experiments:,} experiments a cell, standard error {error:.1f}"


def whole_procedure(rng: np.random.Generator, experiments: int) -> None:
    """Prints how often candidates are recommended, and falsely."""
    just, one = 1.05 * MARGIN, np.eye(LANGUAGES)[0]
    scenarios = {
        "nothing": np.zeros((4, LANGUAGES)),
        "1.05 margins in one language": np.outer(np.full(4, just), one),
        "1.05 margins in all languages": np.full((4, LANGUAGES), just),
        "0, 0.5, 1.05, 2 margins in one": np.outer(np.array([0, 0.5, 1.05, 2]) * MARGIN, one),
    }
    print("\nThe whole choice among 4 rates, half of the items choosing: recommended, percent")
    print(f"({error_of(0.05, experiments)}; * above 5; falsely: the rate truly loses more than the")
    print("margin in some language; run: the one to deploy does)")
    print(f"{'loss of the 4 rates':<31}{'seeds':>6}{'seed SD':>8}{'n':>7}{'ever':>7}", end="")
    print(f"{'falsely':>9}{'run':>7}")
    for name, losses in scenarios.items():
        for seeds in (3, 5):
            for spread in (0.0, 1.0, 2.0):
                for items in (2000, 4000):
                    ever, falsely, run = recommended(rng, seeds, items, spread, losses, experiments)
                    shares = (
                        f"{ever * 100:7.1f}{falsely * 100:9.1f}{'*' if falsely > 0.05 else ' '}"
                    )
                    about = f"{name:<31}{seeds:6}{spread:8.1f}{items:7,}"
                    print(f"{about}{shares}{run * 100:6.1f}", flush=True)


if __name__ == "__main__":
    main()
