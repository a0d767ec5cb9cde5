import numpy as np
import pytest
from planted_truths import (
    KEPT,
    MARGIN,
    TAIL,
    independent,
    planted,
    prospects_of_truth,
    share_shown,
)
from scipy.special import ndtr, ndtri

from adiabatic.inference.intervals import THE_RATE, THESE_RUNS
from adiabatic.inference.power import Test, binomial_quantiles, power


@pytest.mark.parametrize(
    ("truth", "scope", "items", "seeds"),
    [
        (planted(), THESE_RUNS, 2100, 1),
        (planted(changed=0.01), THESE_RUNS, 380, 1),
        (planted(spread=0.002), THE_RATE, 1980, 3),
        (planted(16, changed=0.02), THE_RATE, 960, 3),
    ],
)
def test_it_is_that_of_experiments_with_the_planted_truth(truth, scope, items, seeds):
    prospects = prospects_of_truth(truth, scope)
    sizes = np.full(prospects.columns, float(items))
    expected = power(prospects, sizes, seeds, KEPT)
    found = share_shown(truth, scope, items, seeds, -MARGIN, TAIL)
    assert found == pytest.approx(expected, abs=0.06)
    assert 0.75 <= found <= 0.9


def test_it_is_the_textbooks_where_many_items_change():
    reach = 0.02 / np.sqrt(0.2 / 4000)
    found = power(independent(changed=0.2), np.array([4000.0]), 1, KEPT)
    assert found == pytest.approx(ndtr(reach - ndtri(1 - TAIL)), abs=0.03)


def test_it_is_not_the_textbooks_where_few_do():
    # 80% by the normal formula, for which an experiment without a change shows anything.
    items = 0.01 * ((ndtri(1 - TAIL) + ndtri(0.8)) / MARGIN) ** 2
    assert power(independent(changed=0.01), np.array([items]), 1, KEPT) < 0.55


def test_of_an_intersection_it_lies_between_the_product_and_the_least():
    sizes = np.full(8, 2400.0)
    single = power(independent(), sizes[:1], 1, KEPT)
    none, some, all_alike = (
        power(independent(8, correlation=correlation), sizes, 1, KEPT)
        for correlation in (0.0, 0.5, 0.999)
    )
    assert none == pytest.approx(single**8, abs=0.06)
    assert none < some < all_alike
    assert all_alike == pytest.approx(single, abs=0.04)


def test_of_a_union_it_is_more_than_of_one():
    sizes = np.full(8, 1500.0)
    lost = Test(-MARGIN, TAIL, below=True)
    one = power(independent(difference=-0.04), sizes[:1], 1, lost)
    assert power(independent(8, difference=-0.04), sizes, 1, lost) > one + 0.1


def test_what_a_truth_at_the_threshold_shows_is_an_error_of_the_stated_level():
    found = power(independent(difference=-MARGIN), np.array([3000.0]), 1, KEPT)
    assert found == pytest.approx(TAIL, abs=0.012)


def test_quantiles_of_counts_are_those_of_the_binomial():
    normal = np.linspace(-3, 3, 41)
    for trials, share in ((5.0, 0.3), (400.0, 0.03), (5000.0, 0.4)):
        counts = binomial_quantiles(normal, np.full(41, trials), np.full(41, share))
        assert ((counts >= 0) & (counts <= trials)).all()
        assert (np.diff(counts) >= 0).all()
        assert counts[20] == pytest.approx(trials * share, abs=1)
    draws = binomial_quantiles(
        np.random.default_rng(0).standard_normal(20_000), np.array(400.0), np.array(0.03)
    )
    assert draws.var() == pytest.approx(400 * 0.03 * 0.97, rel=0.05)
