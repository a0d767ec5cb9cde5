from math import nan

import pytest

from adiabatic.plan.rates import rate


@pytest.mark.parametrize(
    ("learning_rate", "text"),
    [(2e-8, "2e-8"), (1.3e-7, "1.3e-7"), (0.003, "3e-3"), (0.01, "1e-2"), (1.0, "1e0"), (nan, "")],
)
def test_a_learning_rate_is_always_written_the_same_way(learning_rate, text):
    assert rate(learning_rate) == text
