import numpy as np
import pandas as pd
import pytest
from planted_truths import rows_of

from adiabatic.inference.expected_changes import CHANGED, by_default, by_pilot, usual_share
from adiabatic.inference.intervals import THE_RATE, THESE_RUNS
from adiabatic.inference.planned_sets import PlannedSet

KINDS = {"xnli": "xnli", "qa": "qa-retrieval"}
XNLI = PlannedSet("xnli", "b", 9, 1000, 500, 0.5)
QA = PlannedSet("qa", "c", 6, 400, 400, 0.5)


def pilot(task, rate, changed, **columns):
    about = {"half": "report", "against": "base", "group": "sweep", "run": "", "task": task}
    variance = changed / 400
    about |= {"learning_rate": rate, "changed": changed, "items_variance": variance}
    about |= {"runs_variance": variance / 4, "residual_variance": variance / 4}
    return rows_of(np.zeros(4), **about | columns)


def test_more_changes_at_higher_rates_and_in_larger_bases():
    shares = [usual_share(rate, 12) for rate in (1e-9, 1e-8, 1e-7, 1e-6, 1e-5)]
    assert shares == sorted(shares)
    assert shares[-1] == CHANGED[-1][1]
    assert usual_share(1e-4, 2) < usual_share(1e-4, 4) <= usual_share(1e-4, 12)


def test_the_variance_by_default_is_that_of_the_kind():
    xnli, qa = (by_default(one, 1e-4, 2, KINDS) for one in (XNLI, QA))
    assert xnli.changed == qa.changed == usual_share(1e-4, 2)
    assert qa.variance < xnli.variance < xnli.changed
    assert np.isnan(xnli.pilot_rate)


def test_prospects_count_what_is_alike_in_a_cluster():
    found = by_default(XNLI, 1e-4, 2, KINDS)
    prospects = found.prospects(XNLI, 3)
    assert prospects.columns == 9
    assert prospects.scope == THE_RATE
    sizes = np.full(9, 500.0)
    # Two items a cluster.
    assert prospects.items_variance(sizes, 1) == pytest.approx(1.15 * found.variance / 500)
    assert prospects.clusters == pytest.approx(0.5)
    assert found.prospects(XNLI, 1).scope == THESE_RUNS


def test_a_pilot_tells_by_the_nearest_rate_and_the_same_set():
    differences = pd.concat(
        [pilot("xnli", 1e-6, 0.02), pilot("xnli", 1e-4, 0.3), pilot("qa", 1e-4, 0.2)]
    )
    otherwise = by_default(XNLI, 3e-6, 12, KINDS)
    found = by_pilot(differences, KINDS, XNLI, 3e-6, otherwise)
    assert (found.changed, found.pilot_rate) == (0.02, 1e-6)
    # A quarter of the variance of the mean of three runs is what one run alone has, over three.
    assert found.variance == pytest.approx(0.02 * (0.75 + 3 * 0.25))
    assert found.own == pytest.approx(0.5)
    assert by_pilot(differences, KINDS, XNLI, 2e-5, otherwise).changed == 0.3


def test_another_set_of_the_same_claim_tells_or_else_the_default():
    differences = pilot("questions", 1e-6, 0.07)
    otherwise = by_default(QA, 1e-6, 12, KINDS)
    assert by_pilot(differences, {"questions": "beir"}, QA, 1e-6, otherwise).changed == 0.07
    assert by_pilot(differences, {"questions": "xnli"}, QA, 1e-6, otherwise) is otherwise


def test_where_a_pilot_changed_nothing_one_item_might_have():
    nothing = pilot("qa", 1e-8, 0.0)
    found = by_pilot(nothing, KINDS, QA, 1e-8, by_default(QA, 1e-8, 12, KINDS))
    assert found.changed == pytest.approx(1 / 1600)
    assert found.variance > 0


def test_one_seed_tells_nothing_of_runs():
    otherwise = by_default(XNLI, 1e-6, 12, KINDS)
    lone = pilot("xnli", 1e-6, 0.1, scope=THESE_RUNS, seeds=1, residual_variance=np.nan)
    found = by_pilot(lone, KINDS, XNLI, 1e-6, otherwise)
    assert (found.own, found.spread) == (otherwise.own, otherwise.spread)
