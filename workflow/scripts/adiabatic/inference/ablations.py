"""Ablations: runs that repeat those of the sweep with another setting, compared item by item."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from adiabatic.inference.statistics import equivalences
from adiabatic.inference.summary import (
    BASE_TO_ABLATION,
    BASE_TO_GRID,
    GRID_TO_ABLATION,
    Inference,
    Values,
    difference_rows,
    families,
    paired_by_seed,
)
from adiabatic.plan.runs import Run


class Pair(NamedTuple):
    """A run of an ablation, and the run of the sweep that it repeats."""

    ablation: str
    learning_rate: float
    seed: int
    repeated: str
    ablated: str


def ablation_rows(
    rate: float, base: Values, repeated: list[Values], ablated: list[Values], how: Inference
) -> pd.DataFrame:
    """Rows of ablation-NAME.csv for one learning rate: families of tasks, averaged over seeds.

    Each family has three rows: base to grid and base to ablation (what both gain), and grid to
    ablation, whose verdict says whether the setting matters.

    Args:
        repeated, ablated: values of the runs of the sweep and of the ablation, seed by seed.
    """
    rows = []
    run = Run("", rate, len(ablated))
    grid, added = paired_by_seed(repeated, ablated, base)
    for cell, pair, family in families(base, how.reference):
        for comparison, first, second in (
            (GRID_TO_ABLATION, grid, added),
            (BASE_TO_GRID, base, repeated),
            (BASE_TO_ABLATION, base, ablated),
        ):
            tuned = [values[cell][[pair]] for values in second]
            row = difference_rows(run, cell, first[cell][[pair]], tuned, how)
            rows.append(row.assign(family=family, comparison=comparison))
    table = pd.concat(rows, ignore_index=True).drop(columns="run")
    table = table.rename(columns={"seed": "seeds", "base": "before", "tuned": "after"})
    same = equivalences(table["ci_low"], table["ci_high"], how.non_inferiority_margin)
    table["verdict"] = table["verdict"].where(table["comparison"] != GRID_TO_ABLATION, same)
    first = ["family", "comparison"]
    return table[[*first, *(column for column in table if column not in first)]]


def movement(
    repeated: Mapping[str, np.ndarray], ablated: Mapping[str, np.ndarray]
) -> dict[str, float]:
    """How far two runs have moved the weights, and how far they are from each other.

    Args:
        repeated, ablated: tuned minus base by parameter; one that is missing was frozen.
    Returns:
        norm_grid, norm_ablation, and relative_difference: the norm of the difference of both
        movements over the larger of their norms; 0 where neither has moved.
    """
    squares = np.zeros(3)
    for name in repeated.keys() | ablated.keys():
        one, other = repeated.get(name), ablated.get(name)
        one = np.zeros_like(other) if one is None else one
        other = np.zeros_like(one) if other is None else other
        squares += [np.sum(np.square(part, dtype=np.float64)) for part in (one, other, other - one)]
    norms = np.sqrt(squares)
    return {
        "norm_grid": norms[0],
        "norm_ablation": norms[1],
        "relative_difference": norms[2] / max(norms[0], norms[1]) if norms[:2].any() else 0.0,
    }
