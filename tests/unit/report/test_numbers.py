import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adiabatic.report import numbers

NAN = float("nan")


@pytest.mark.parametrize(
    ("difference", "text"),
    [(0.0123, "+1.2"), (-0.003, "−0.3"), (0, "0.0"), (-0.0, "0.0"), (-0.00049, "0.0"), (NAN, "")],
)
def test_points_have_a_sign_but_none_is_none(difference, text):
    assert numbers.points(difference) == text


@given(st.floats(-1, 1))
def test_points_are_read_back_as_what_they_were(difference):
    text = numbers.points(difference)
    assert "-" not in text
    assert text not in ("+0.0", "−0.0")
    assert math.isclose(float(text.replace("−", "-")), 100 * difference, abs_tol=0.0501)


@pytest.mark.parametrize(
    ("learning_rate", "text"),
    [(2e-8, "2e-8"), (1.3e-7, "1.3e-7"), (0.003, "3e-3"), (1.0, "1e0"), (NAN, "")],
)
def test_rates_are_written_one_way(learning_rate, text):
    assert numbers.rate(learning_rate) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.01234, "0.0123"), (-0.5, "−0.5"), (1.23e-7, "1.23e-7"), (0.0, "0"), (NAN, "")],
)
def test_numbers_of_any_size_have_three_digits(value, text):
    assert numbers.digits(value) == text


def test_scores_and_p_values():
    assert [numbers.score(0.9451), numbers.score(NAN)] == ["94.5", ""]
    found = [numbers.p_value(value) for value in (0.0123, 1e-20, NAN)]
    assert found == ["0.012", "<0.001", ""]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+1.2", True),
        ("−0.2 (at least −1.1)", True),
        ("+1.0 [+0.5, +1.5]", True),
        ("12,000", True),
        ("1.3e-7", True),
        ("99.1%", True),
        ("<0.001", True),
        ("−0.2 (at least −1.1) in qa", False),
        ("lora", False),
        ("0 attention", False),
    ],
)
def test_what_is_a_number_is_told(text, number):
    assert numbers.is_number(text) == number


def test_intervals_and_bounds():
    assert numbers.with_interval(0.01, 0.005, 0.015) == "+1.0 [+0.5, +1.5]"
    assert numbers.with_interval(NAN, NAN, NAN) == numbers.with_bound(NAN, NAN) == ""
    assert numbers.with_bound(-0.002, -0.011) == "−0.2 (at least −1.1)"


def test_metrics_are_written_as_the_field_does():
    found = [numbers.metric(name) for name in ("mrr@10", "ndcg@10", "map", "accuracy", "new")]
    assert found == ["MRR@10", "nDCG@10", "MAP", "accuracy", "new"]


@pytest.mark.parametrize(
    ("number", "text"), [(1, "1 seed"), (0, "0 seeds"), (12000, "12,000 seeds")]
)
def test_counts(number, text):
    assert numbers.count(number, "seed") == text


@pytest.mark.parametrize(
    ("about", "text"),
    [
        (("lora", 1e-4, NAN), "lora at 1e-4"),
        (("wise", 1e-2, 0.5), "wise at alpha 0.5 of 1e-2"),
        (("bm25", NAN, NAN), "bm25"),
    ],
)
def test_candidates_are_named_by_what_tells_them_apart(about, text):
    assert numbers.candidate(*about) == text
