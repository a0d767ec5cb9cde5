"""How often the whole procedure recommends a learning rate, and how often falsely, by simulation.

Half of the items choose among four rates, the others are reported; what is inferred is inferred by
the project's own functions.
"""

import argparse
import time

import numpy as np
import pandas as pd
from simulated import error_of, flips, shifts_of

from adiabatic.inference.candidates import Evidence
from adiabatic.inference.comparisons import Candidate
from adiabatic.inference.differences import Inference
from adiabatic.inference.estimates import estimate
from adiabatic.inference.intervals import (
    THE_RATE,
    THESE_RUNS,
    bounds,
    p_values_above,
    p_values_below,
)
from adiabatic.inference.selection import SWITCH, judge_choice
from adiabatic.inference.verdicts import LOST, judged
from adiabatic.plan.runs import SWEEP, PlannedRun

MARGIN = 0.02
HOW = Inference(MARGIN, 0.95)
LANGUAGES = 8
# Share of items that change: low rates change little, else nothing is shown to be kept.
FEW = 0.04


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    parser.add_argument("--experiments", type=int, default=200, help="of each cell")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    start = time.perf_counter()
    whole_procedure(np.random.default_rng(arguments.seed), arguments.experiments)
    print(f"({time.perf_counter() - start:.0f} s)")


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


if __name__ == "__main__":
    main()
