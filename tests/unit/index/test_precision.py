import numpy as np
import pytest
from checked_index import checked, embedded

from adiabatic.io.errors import InputError


def bfloat16(vectors):
    return (vectors.view(np.uint32) & 0xFFFF0000).view(np.float32)


def int8(vectors):
    steps = np.abs(vectors).max(axis=1, keepdims=True) / 127
    return np.rint(vectors / steps) * steps


@pytest.mark.parametrize(
    ("rounded", "stored_as", "codes", "largest"),
    [
        (lambda v: v.astype(np.float16), "float16", False, 1e-6),
        (bfloat16, "bfloat16", False, 1e-4),
        (int8, "int8", False, 1e-3),
        (lambda v: np.rint(v * 127), "int8", True, 1e-2),
    ],
)
def test_rounding_is_accepted_with_its_error(base, rounded, stored_as, codes, largest):
    found = checked(base, rounded(embedded(base)))
    assert (found.stored_as, found.codes, found.agreeing) == (stored_as, codes, 60)
    assert 0 < found.median_error <= found.largest_error < largest


def test_rounding_hides_no_mistake(base):
    with pytest.raises(InputError, match="pooling cls"):
        checked(base, np.rint(embedded(base, pooling="cls") * 127))


def test_codes_on_a_scale_for_each_dimension_are_named(base):
    vectors = embedded(base)
    low, high = vectors.min(axis=0), vectors.max(axis=0)
    with pytest.raises(InputError, match="int8 codes with a scale and an offset for each dimen"):
        checked(base, np.rint((vectors - low) / (high - low) * 255 - 128))
