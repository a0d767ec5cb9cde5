from math import nan

import pytest

from adiabatic.report.numbers import candidate, count, metric, points, rate, with_bound
from adiabatic.report.numbers import with_interval as interval


@pytest.mark.parametrize(
    ("difference", "text"),
    [
        (0.012, "+1.2"),
        (-0.003, "−0.3"),
        (0.0, "0.0"),
        (-0.0001, "0.0"),
        (0.00049, "0.0"),
        (nan, ""),
    ],
)
def test_a_difference_has_a_true_minus_sign_and_zero_has_none(difference, text):
    assert points(difference) == text


def test_intervals_and_bounds_are_in_points():
    assert interval(0.01, -0.005, 0.015) == "+1.0 [−0.5, +1.5]"
    assert with_bound(-0.002, -0.011) == "−0.2 (at least −1.1)"
    assert interval(nan, nan, nan) == with_bound(nan, nan) == ""


@pytest.mark.parametrize(
    ("learning_rate", "text"),
    [(2e-8, "2e-8"), (1.3e-7, "1.3e-7"), (0.003, "3e-3"), (0.01, "1e-2"), (1.0, "1e0"), (nan, "")],
)
def test_a_learning_rate_is_always_written_the_same_way(learning_rate, text):
    assert rate(learning_rate) == text


def test_metrics_are_written_as_the_field_writes_them():
    assert [metric(name) for name in ("mrr@10", "ndcg@10", "map", "accuracy")] == [
        "MRR@10", "nDCG@10", "MAP", "accuracy",
    ]  # fmt: skip


def test_things_are_counted_in_words():
    assert (count(1, "seed"), count(12000, "item")) == ("1 seed", "12,000 items")
    assert candidate("interpolation", 1e-3, 0.5) == "interpolation at alpha 0.5 of 1e-3"
    assert candidate("bm25", nan, nan) == "bm25"
