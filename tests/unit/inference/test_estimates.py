import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adiabatic.inference.estimates import average, estimate, joined_moments, side_by_side
from adiabatic.inference.intervals import THESE_RUNS, intervals


def flips(rng, shape, better=0.10, worse=0.05):
    """Outcomes that flip in either direction, as those of a tuned encoder do."""
    return rng.choice([-1.0, 0.0, 1.0], p=[worse, 1 - better - worse, better], size=shape)


def passages(rng, experiments, each=5, count=100, alike=0.6, better=0.1, worse=0.05):
    """Differences, (1, questions, experiments), of which a passage's are alike; its labels."""
    of_passage = np.repeat(flips(rng, (count, experiments), better, worse), each, axis=0)
    own = flips(rng, (count * each, experiments), better, worse)
    values = np.where(rng.random(own.shape) < alike, of_passage, own)
    return values[None], np.repeat(np.arange(count), each)


def covered(found, truth):
    return ((found.low <= truth) & (truth <= found.high)).mean()


@given(
    st.integers(1, 4), st.integers(2, 30), st.integers(1, 3), st.integers(0, 2**16), st.booleans()
)
def test_means_are_means_and_the_error_that_of_theory(runs, items, columns, seed, missing):
    rng = np.random.default_rng(seed)
    values = rng.uniform(-1, 1, (runs, items, columns))
    if missing:
        values[:, rng.random((items, columns)) < 0.3] = np.nan
        values[:, :2] = rng.uniform(-1, 1, (runs, 2, columns))
    found = estimate(values, rng.permutation(items))
    expected = np.nanmean(values, axis=1)
    assert found.run_means == pytest.approx(expected, abs=1e-12)
    assert found.point == pytest.approx(expected.mean(axis=0), abs=1e-12)
    of_items = values.mean(axis=0)
    variance = np.nanvar(of_items, axis=0, ddof=1) / np.isfinite(of_items).sum(axis=0)
    assert found.items_variance == pytest.approx(variance, abs=1e-12)
    assert found.weight.sum(axis=0) == pytest.approx(1)
    assert found.influence.sum(axis=1) == pytest.approx(0, abs=1e-12)


@given(st.integers(1, 3), st.integers(2, 8), st.integers(1, 6), st.integers(0, 2**16))
def test_items_that_are_copies_of_their_cluster_are_as_good_as_one(runs, clusters, each, seed):
    values = np.random.default_rng(seed).uniform(-1, 1, (runs, clusters, 2))
    one = estimate(values, np.arange(clusters))
    many = estimate(np.repeat(values, each, axis=1), np.repeat(np.arange(clusters), each))
    for name in ("point", "items_variance", "run_means", "degrees", "gained", "lost"):
        assert getattr(many, name) == pytest.approx(getattr(one, name), abs=1e-12)
    assert many.flips.items == pytest.approx(one.flips.items)


def test_the_order_of_items_and_the_names_of_clusters_say_nothing():
    rng = np.random.default_rng(1)
    values, labels = passages(rng, 3)
    order = rng.permutation(len(labels))
    names = np.array([f"passage{rank}" for rank in rng.permutation(100)])
    first, second = estimate(values, labels), estimate(values[:, order], names[labels][order])
    assert second.point == pytest.approx(first.point)
    assert second.items_variance == pytest.approx(first.items_variance)
    assert second.flips.items == pytest.approx(first.flips.items)


def test_questions_of_one_passage_are_covered_with_clusters_and_not_without():
    values, labels = passages(np.random.default_rng(2), 2000)
    with_clusters = intervals(estimate(values, labels), 0.95, THESE_RUNS)
    without = intervals(estimate(values, np.arange(len(labels))), 0.95, THESE_RUNS)
    assert 0.94 <= covered(with_clusters, 0.05) <= 0.965
    assert covered(without, 0.05) < 0.88


def test_clusters_of_unequal_size_are_covered():
    rng, experiments = np.random.default_rng(3), 2000
    labels = np.repeat(np.arange(120), rng.integers(1, 10, 120))
    of_passage = flips(rng, (120, experiments))[labels]
    own = flips(rng, of_passage.shape)
    values = np.where(rng.random(own.shape) < 0.5, of_passage, own)[None]
    found = intervals(estimate(values, labels), 0.95, THESE_RUNS)
    assert 0.935 <= covered(found, 0.05) <= 0.965


def test_an_average_over_tasks_that_ask_the_same_questions_has_the_right_error():
    rng = np.random.default_rng(4)
    values, labels = passages(rng, 1000)
    # Another task asks the questions of 80 of the passages, and is right about them much alike.
    other = np.where(rng.random(values.shape) < 0.7, values, flips(rng, values.shape))[:, :400]
    together = average([estimate(values, labels), estimate(other, labels[:400])])
    spread = together.point.std()
    assert np.sqrt(together.items_variance.mean()) == pytest.approx(spread, rel=0.06)
    # As if the tasks had nothing in common, the error is a quarter too small.
    apart = average([estimate(values, labels), estimate(other, labels[:400] + 1000)])
    assert np.sqrt(apart.items_variance.mean()) < 0.85 * spread
    found = intervals(together, 0.95, THESE_RUNS)
    assert 0.94 <= covered(found, 0.05) <= 0.97


def test_an_average_is_that_of_items_where_tasks_have_the_same():
    rng = np.random.default_rng(5)
    first, second = flips(rng, (2, 3, 50, 4))
    both = average([estimate(one, np.arange(50)) for one in (first, second)])
    of_items = estimate((first + second) / 2, np.arange(50))
    assert both.point == pytest.approx(of_items.point)
    assert both.run_means == pytest.approx(of_items.run_means)
    assert both.items_variance == pytest.approx(of_items.items_variance)
    assert both.residual_variance == pytest.approx(of_items.residual_variance)


def test_columns_side_by_side_are_what_they_were():
    rng = np.random.default_rng(6)
    first = estimate(flips(rng, (2, 40, 3)), np.arange(40))
    second = estimate(flips(rng, (2, 60, 2)), np.arange(20, 80))
    both = side_by_side([first, second])
    assert (both.columns, len(both.labels)) == (5, 80)
    for part, columns in ((first, np.arange(3)), (second, np.arange(3, 5))):
        taken = both.take(columns)
        for name in ("point", "items_variance", "runs_variance", "residual_variance", "degrees"):
            assert getattr(taken, name) == pytest.approx(getattr(part, name))
        assert taken.flips.items == pytest.approx(part.flips.items)
    # A mask is as good as positions.
    assert both.take(np.arange(5) > 2).point == pytest.approx(second.point)


def test_a_column_of_fewer_items_has_the_error_of_its_own():
    values = np.random.default_rng(7).uniform(-1, 1, (3, 400, 2))
    alone = estimate(values[:, :150, 1:], np.arange(150))
    values[:, 150:, 1] = np.nan
    found = estimate(values, np.arange(400))
    for name in ("point", "items_variance", "runs_variance", "residual_variance", "degrees"):
        assert getattr(found, name)[1:] == pytest.approx(getattr(alone, name))
    assert found.flips.items[1:] == pytest.approx(alone.flips.items)


def test_the_parts_of_the_variance_are_those_that_were_planted():
    rng, runs, items, experiments = np.random.default_rng(8), 4, 200, 2000
    shared = rng.normal(0, 0.1, (1, items, experiments))
    own = rng.normal(0, 0.05, (runs, items, experiments))
    shift = rng.normal(0, 0.02, (runs, 1, experiments))
    found = estimate(np.clip(shared + own + shift, -1, 1), np.arange(items))
    residual = 0.05**2 / items / runs
    assert found.items_variance.mean() == pytest.approx(0.1**2 / items + residual, rel=0.02)
    assert found.residual_variance.mean() == pytest.approx(residual, rel=0.02)
    assert found.runs_variance.mean() == pytest.approx(0.02**2 / runs + residual, rel=0.05)


def test_one_cluster_says_nothing():
    found = estimate(np.full((1, 5, 1), 0.5), np.zeros(5))
    assert np.isinf(found.items_variance).all()
    ends = intervals(found, 0.95, THESE_RUNS)
    assert (ends.low <= -1 + 1e-9).all()
    assert (ends.high >= 1 - 1e-9).all()


def test_what_averages_differ_by_in_rounding_is_no_change():
    rng = np.random.default_rng(9)
    right = rng.integers(0, 2, (3, 400, 5)).astype(float)
    mean = right.sum(axis=0) / 3
    noise = (mean + right - right) - mean
    assert noise.any()
    found, none = (estimate(v, np.arange(400) // 5) for v in (noise, np.zeros(noise.shape)))
    assert found.flips.items == pytest.approx(none.flips.items)
    assert intervals(found, 0.95, THESE_RUNS).low == pytest.approx(
        intervals(none, 0.95, THESE_RUNS).low
    )


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.full((1, 3, 1), 1.5), "outside"),
        (np.array([[[0.0], [np.nan]], [[0.0], [0.0]]]), "different items"),
        (np.full((2, 3, 1), np.nan), "no items"),
    ],
)
def test_what_is_no_paired_difference_is_refused(values, message):
    with pytest.raises(ValueError, match=message):
        estimate(values, np.arange(values.shape[1]))


def test_tasks_of_other_runs_are_not_joined():
    one, three = (estimate(np.zeros((runs, 4, 1)), np.arange(4)) for runs in (1, 3))
    for join in (average, side_by_side):
        with pytest.raises(ValueError, match="differ in runs"):
            join([one, three])


def test_moments_of_several_estimates_give_the_intervals_of_each():
    rng = np.random.default_rng(5)
    few = estimate(rng.integers(-1, 2, (3, 40, 2)), np.arange(40) // 2)
    many = estimate(rng.integers(-1, 2, (3, 200, 1)), np.arange(200))
    together = intervals(joined_moments([few.moments, many.moments]), 0.95, THESE_RUNS)
    apart = [intervals(one, 0.95, THESE_RUNS) for one in (few, many)]
    for name in ("point", "standard_error", "low", "high"):
        parts = np.concatenate([getattr(one, name) for one in apart])
        assert getattr(together, name) == pytest.approx(parts, abs=1e-12)
    with pytest.raises(ValueError, match="differ in runs"):
        joined_moments([few.moments, estimate(np.zeros((1, 9, 1)), np.arange(9)).moments])
