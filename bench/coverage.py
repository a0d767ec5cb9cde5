"""How often intervals cover, and the test that all languages are kept errs, by simulation.

Everything that is inferred of the outcomes is inferred by the project's own functions.

With 1 or 2 seeds intervals are for these runs, and the truth is those runs' own mean; from 3 on for
the rate. The standard deviation of the shifts is in standard errors of one run over its items.
"""

import argparse
import time
from collections.abc import Callable

import numpy as np
from simulated import ALIKE, CHANGED, error_of, flips, shifts_of

from adiabatic.inference.differences import Inference
from adiabatic.inference.estimates import estimate
from adiabatic.inference.intervals import FEWEST_RUNS, THE_RATE, THESE_RUNS, bounds
from adiabatic.inference.simultaneous_intervals import simultaneous_intervals

SEEDS, ITEMS, SPREADS = (1, 2, 3, 5, 10), (250, 1000, 2500), (0.0, 0.5, 1.0, 2.0)
CONFIDENCE, MARGIN = 0.95, 0.02
HOW = Inference(MARGIN, CONFIDENCE)
# Languages of a family mean and of the test that all are kept; pairs that are covered at once.
LANGUAGES, PAIRS = 8, 225
# Random numbers drawn at a time.
BLOCK = 2**24


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
    parser.add_argument("--seed", type=int, default=0)
    parts = {
        "pairs": lambda rng, of: coverage(
            rng, "Single pairs of languages", single_pairs, 1, of.experiments
        ),
        "means": lambda rng, of: coverage(
            rng, f"Means over {LANGUAGES} languages", family_means, LANGUAGES, of.experiments
        ),
        "kept": lambda rng, of: errors(rng, of.experiments),
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


if __name__ == "__main__":
    main()
