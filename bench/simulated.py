"""Outcomes simulated as those of tuned encoders: an item is gained, lost or neither.

Languages of an item are alike, and so are runs, each of which shifts all its items.
"""

import numpy as np

# Share of items that change; of languages that change with the item's, of runs with the others.
CHANGED, ALIKE, AGREE = 0.12, 0.6, 0.7
# Of the shifts of languages, what a run has in common for all.
TOGETHER = 0.5
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


def error_of(share: float, experiments: int) -> str:
    """The standard error of a simulated share, in words."""
    error = np.sqrt(share * (1 - share) / experiments) * 100
    return f"{experiments:,} experiments a cell, standard error {error:.1f}"
