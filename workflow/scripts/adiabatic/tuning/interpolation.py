"""Interpolation of a tuned encoder's weights with the base's, on either side of both."""

from collections.abc import Mapping

import numpy as np

from adiabatic.io.errors import InputError, shown


def interpolated(
    base: Mapping[str, np.ndarray], delta: Mapping[str, np.ndarray], alpha: float
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Weights base + alpha (tuned - base), and what was added, by name.

    As in WiSE-FT (arXiv 2109.01903) and LM-Cocktail (arXiv 2311.13534). At 0 these are the base's
    bits, and at 1 those of a run whose updates are exact (precision delta).

    Args:
        base: all weights of the base, float32.
        delta: tuned minus base of those that were tuned.
    Raises:
        InputError: a difference is of no weight of the base, or of another shape.
    """
    for name, moved in delta.items():
        if name not in base or base[name].shape != moved.shape:
            raise InputError(
                f"delta of {shown(name)}, shape {moved.shape} found; the base has "
                f"{'another shape of it' if name in base else 'no such weight'}"
            )
    added = {name: np.float32(alpha) * moved for name, moved in delta.items()}
    return {n: w + added[n] if n in added else w for n, w in base.items()}, added
