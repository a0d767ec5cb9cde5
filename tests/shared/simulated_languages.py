"""Simulated differences of runs in several languages, and shares of simulations."""

import numpy as np

from adiabatic.inference.estimates import estimate


def languages(
    rng, runs, items, columns, loss, alike=0.6, changed=0.1, seed_errors=0.0, together=0.5
):
    """Differences of runs in languages of the same items, which are alike as translations are.

    A run shifts all languages together and each by itself, `seed_errors` errors of items in all.
    """

    def uniform(*shape):
        return rng.random(shape, dtype=np.float32)

    common = uniform(items, 1)
    draws = np.where(uniform(items, columns) < alike, common, uniform(items, columns))
    draws = np.where(uniform(runs, items, columns) < 0.7, draws, uniform(runs, items, columns))
    shifts = rng.normal(0, np.sqrt(together), (runs, 1, 1))
    shifts = shifts + rng.normal(0, np.sqrt(1 - together), (runs, 1, columns))
    shifts = loss + shifts * seed_errors * np.sqrt(changed / items)
    gained, lost = (changed - shifts) / 2, (changed + shifts) / 2
    values = np.where(draws < gained, 1.0, 0.0) - np.where(draws > 1 - lost, 1.0, 0.0)
    return estimate(values, np.arange(items))


def share(simulations, holds):
    return np.mean([bool(holds(one)) for one in range(simulations)])
