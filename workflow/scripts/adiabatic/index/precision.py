"""With what precision vectors are stored, and how far rounding explains that they differ."""

import numpy as np

# One minus the cosine of two vectors that are the same but for the arithmetic that made them:
# float32 leaves about 1e-7, bfloat16 less than this.
SAME = 1e-4
# Share of the variance of a dimension that codes of 8 bits explain, where they are that.
EXPLAINED = 0.98
CODE_BITS = 127


def cosine_errors(stored: np.ndarray, fresh: np.ndarray) -> np.ndarray:
    """One minus the cosine, row by row."""
    a, b = stored.astype(np.float64), fresh.astype(np.float64)
    products = (a * b).sum(axis=1)
    return 1 - products / (np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1))


def precision_of(stored: np.ndarray) -> tuple[str, bool]:
    """The precision that values have, and whether they are integers without a scale."""
    if np.array_equal(stored, np.rint(stored)):
        return "int8", True
    # Most values of bfloat16 are some of float16, too, and not the other way round.
    if not (np.ascontiguousarray(stored).view(np.uint32) & 0xFFFF).any():
        return "bfloat16", False
    if np.array_equal(stored, stored.astype(np.float16).astype(np.float32)):
        return "float16", False
    for largest in (np.abs(stored).max(axis=1, keepdims=True), np.abs(stored).max()):
        codes = stored / largest * CODE_BITS
        if np.abs(codes - np.rint(codes)).max() < 1e-2:
            return "int8", False
    return "float32", False


def tolerance_of(stored: np.ndarray, stored_as: str) -> np.ndarray:
    """Largest deviation of each vector that rounding explains: one minus the cosine, shape (n,).

    Codes of 8 bits are off by at most half a step each, so evenly spread errors have a variance of
    a twelfth of a step squared, and a random direction.
    """
    if stored_as != "int8":
        return np.full(len(stored), SAME)
    largest = np.abs(stored).max(axis=1)
    steps = np.where(largest > 2, 1.0, largest / CODE_BITS)
    norms = np.linalg.norm(stored.astype(np.float64), axis=1)
    expected = stored.shape[1] / 24 * (steps / norms) ** 2
    return SAME + 4 * expected


def codes_by_dimension(stored: np.ndarray, fresh: np.ndarray) -> bool:
    """Whether integers are the base's values, each dimension on a scale of its own."""
    if not np.array_equal(stored, np.rint(stored)) or len(stored) < 10:
        return False
    a, b = (array.astype(np.float64) - array.mean(axis=0) for array in (stored, fresh))
    spread = (a**2).sum(axis=0) * (b**2).sum(axis=0)
    explained = (a * b).sum(axis=0) ** 2 / np.where(spread > 0, spread, 1)
    return bool(np.median(explained) >= EXPLAINED)
