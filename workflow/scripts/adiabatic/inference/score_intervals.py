"""Score intervals and tests of a mean of values in [-1, 1] that hold where few of them are not 0.

Tango (1998, Stat. Med. 17:891) compares a difference of paired proportions with a threshold by the
error that it would have there, not by the one observed: where nothing was lost of n items, the
observed error is 0, but a loss of 1% is not excluded. Here the shares gained and lost may be means
of any values, and n an effective number of items, which brings in clusters and runs (Korn and
Graubard 1998, Surv. Methodol. 24:193; Yang, Sun and Hardin 2012, Pharm. Stat. 11:386).
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.special import stdtr, stdtrit

# Halvings of [-1, 1]: the ends are found to 2e-13.
HALVINGS = 43


class Flips(NamedTuple):
    """What a score test needs to know, each of shape (columns,).

    gained, lost: means of the positive and of the negative parts of the values.
    items: effective number of items; 0 says nothing about the mean.
    degrees: of freedom of Student's t, to which the statistic is referred.
    """

    gained: np.ndarray
    lost: np.ndarray
    items: np.ndarray
    degrees: np.ndarray


def constrained_loss(flips: Flips, threshold: np.ndarray) -> np.ndarray:
    """Most likely share lost if gained - lost were `threshold` (Tango 1998, eq. 4), (columns,)."""
    linear = flips.gained + flips.lost - threshold * (2 - flips.gained + flips.lost)
    root = np.sqrt(np.maximum(linear**2 + 8 * flips.lost * threshold * (1 - threshold), 0))
    return np.maximum((linear + root) / 4, np.maximum(-threshold, 0))


def score_statistic(flips: Flips, threshold: float | np.ndarray) -> np.ndarray:
    """How far the mean lies above `threshold`, in the errors that it would have there, (columns,).

    Rare losses make its distribution skewed. It is corrected for that (Gart and Nam 1990,
    Biometrics 46:637) only where that draws it towards 0: then neither side exceeds its level by
    much, however small the level.
    """
    threshold = np.asarray(threshold, dtype=np.float64)
    changed = 2 * constrained_loss(flips, threshold) + threshold
    variance = np.maximum(changed - threshold**2, 1e-15)
    distance = flips.gained - flips.lost - threshold
    plain = distance * np.sqrt(flips.items / variance)
    third = threshold - 3 * threshold * changed + 2 * threshold**3
    skewness = third / variance**1.5 / np.sqrt(np.maximum(flips.items, 1e-15))
    # A skewness of the other sign would push the statistic outwards.
    skewness = np.maximum(skewness * np.sign(plain), 1e-15)
    # Beyond 3 / skewness the correction would turn the order of outcomes round.
    far = np.minimum(np.abs(plain), np.maximum(3 / skewness, 1))
    return np.sign(plain) * (far - skewness / 6 * (np.maximum(far, 1) ** 2 - 1))


def score_p_values(flips: Flips, threshold: float | np.ndarray) -> np.ndarray:
    """One-sided p-values of the mean being at most `threshold`; those of at least are 1 - them."""
    return stdtr(flips.degrees, -score_statistic(flips, threshold))


def score_bounds(flips: Flips, tail: float | np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Bounds that a mean excludes at the one-sided level `tail` each, where p-values equal it.

    Args:
        tail: one, or one a column; below 0.5.
    Returns:
        Lower and upper bounds, each of shape (columns,).
    """
    needed = -stdtrit(flips.degrees, tail)
    low = bisected(lambda at: score_statistic(flips, at) > needed, flips.gained - flips.lost, -1.0)
    high = bisected(lambda at: score_statistic(flips, at) < -needed, flips.gained - flips.lost, 1.0)
    return low, high


def bisected(
    excluded: Callable[[np.ndarray], np.ndarray], near: np.ndarray, far: float
) -> np.ndarray:
    """Where, from `near` (never excluded) to `far`, values begin to be excluded, (columns,)."""
    near, far = np.broadcast_arrays(np.asarray(near, dtype=np.float64), far)
    for _ in range(HALVINGS):
        middle = (near + far) / 2
        out = excluded(middle)
        near, far = np.where(out, near, middle), np.where(out, middle, far)
    return near
