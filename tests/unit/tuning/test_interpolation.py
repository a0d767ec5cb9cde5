import numpy as np
import pytest

from adiabatic.io.errors import InputError
from adiabatic.tuning.interpolation import interpolated

RNG = np.random.default_rng(0)
BASE = {name: RNG.normal(size=(7, 5)).astype(np.float32) for name in ("tuned", "frozen")}
DELTA = {"tuned": (RNG.normal(size=(7, 5)) * 1e-5).astype(np.float32)}
TUNED = BASE["tuned"] + DELTA["tuned"]


def test_at_0_and_1_it_is_base_and_run_bit_for_bit():
    for alpha, expected in ((0.0, BASE["tuned"]), (1.0, TUNED)):
        weights, added = interpolated(BASE, DELTA, alpha)
        assert weights["tuned"].tobytes() == expected.tobytes()
        assert weights["frozen"].tobytes() == BASE["frozen"].tobytes()
        assert added.keys() == {"tuned"}
    assert (BASE["tuned"] != TUNED).any()


@pytest.mark.parametrize("alpha", [0.25, 0.5, 2.0, -1.0])
def test_between_and_beyond_it_is_the_line_through_both(alpha):
    weights, added = interpolated(BASE, DELTA, alpha)
    exact = BASE["tuned"].astype(np.float64) + alpha * DELTA["tuned"].astype(np.float64)
    assert weights["tuned"].dtype == np.float32
    assert weights["tuned"] == pytest.approx(exact, abs=2e-7)
    assert added["tuned"] == pytest.approx(alpha * DELTA["tuned"], rel=1e-6)


@pytest.mark.parametrize(
    ("delta", "words"),
    [
        ({"other": DELTA["tuned"]}, "'other', shape .* found; the base has no such weight"),
        ({"tuned": np.zeros(3, np.float32)}, r"shape \(3,\) found; the base has another shape"),
    ],
)
def test_differences_of_another_model_are_refused(delta, words):
    with pytest.raises(InputError, match=words):
        interpolated(BASE, delta, 0.5)
