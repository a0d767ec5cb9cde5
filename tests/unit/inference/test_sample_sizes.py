import numpy as np
import pandas as pd
import pytest
from planted_truths import (
    KEPT,
    MARGIN,
    TAIL,
    independent,
    planted,
    prospects_of_truth,
    rows_of,
    share_shown,
)

from adiabatic.inference.intervals import THE_RATE, THESE_RUNS
from adiabatic.inference.power import Test
from adiabatic.inference.sample_sizes import (
    MOST_ITEMS,
    USUAL_CORRELATION,
    Question,
    correlation_of,
    kept_or_lost,
    needed_for,
    needed_of,
    prospects_of,
    question_of,
    shrunk,
)

NOW = 200.0


def asked(prospects, test=KEPT, items=NOW):
    return Question(prospects, np.full(prospects.columns, items), test)


@pytest.mark.parametrize(
    ("truth", "scope", "seeds"),
    [
        (planted(changed=0.02), THESE_RUNS, 1),
        (planted(difference=-0.004, changed=0.05), THE_RATE, 3),
        (planted(spread=0.005, changed=0.05), THE_RATE, 3),
        (planted(12, changed=0.04), THE_RATE, 3),
    ],
)
def test_what_is_recommended_has_the_power_that_it_should(truth, scope, seeds):
    question = asked(prospects_of_truth(truth, scope))
    (factor,), seeds = needed_for([question], seeds)
    found = share_shown(truth, scope, int(np.ceil(NOW * factor)), seeds, -MARGIN, TAIL)
    assert 0.75 <= found <= 0.9


def test_where_runs_differ_too_much_the_answer_is_seeds():
    truth = planted(spread=0.012, changed=0.02)
    question = asked(prospects_of_truth(truth, THE_RATE), items=1000.0)
    # No number of items will do with three.
    assert question.power(3, MOST_ITEMS / 1000) < 0.5
    (factor,), seeds = needed_for([question], 3)
    assert seeds > 3
    assert factor < 1.6
    found = share_shown(truth, THE_RATE, int(1000 * factor), seeds, -MARGIN, TAIL)
    assert 0.75 <= found <= 0.95


def test_near_the_margin_no_size_will_do():
    near = asked(independent(difference=-MARGIN + 0.0005))
    assert needed_for([near], 1) == ([0.0], 1)
    # What can be decided beside it still is.
    (nothing, factor), _ = needed_for([near, asked(independent())], 1)
    assert nothing == 0
    assert factor == pytest.approx(needed_for([asked(independent())], 1)[0][0])


def test_a_loss_beyond_the_margin_is_to_be_shown_as_such():
    rows = rows_of(np.array([-0.06, -0.05, -0.06, -0.07]))
    test = kept_or_lost(rows, 0.3, MARGIN, TAIL)
    assert test == Test(-MARGIN, TAIL / 4, below=True)
    assert kept_or_lost(rows_of(np.zeros(4)), 0.3, MARGIN, TAIL) == Test(-MARGIN, TAIL)
    (found,) = needed_of([(rows, question_of(rows, test, 0.3))], 0.8)
    assert found.possible
    assert found.items_now == 400


def test_fewer_than_there_are_are_never_asked_for():
    (factor,), seeds = needed_for([asked(independent(), items=50_000.0)], 1)
    assert (factor, seeds) == (1.0, 1)


def test_a_smaller_margin_or_more_comparisons_need_more():
    def factor(prospects, margin=MARGIN):
        return needed_for([asked(prospects, Test(-margin, TAIL))], 1)[0][0]

    usual = factor(independent())
    # Half the margin: four times the items.
    assert factor(independent(), MARGIN / 2) / usual == pytest.approx(4, rel=0.1)
    assert factor(independent(20)) > 1.5 * usual
    assert factor(independent(20, correlation=0.9)) < factor(independent(20))


def test_chance_does_not_pass_for_a_truth():
    rng = np.random.default_rng(0)
    noise = rows_of(rng.normal(0, 0.016, 60))
    assert noise["difference"].min() < -0.025
    assert shrunk(noise, 0.0).min() > -0.012
    # What differs by more than chance keeps its differences, and a single one is as it was found.
    apart = rows_of(np.linspace(-0.3, 0.3, 60))
    assert shrunk(apart, 0.0) == pytest.approx(apart["difference"], abs=0.005)
    assert shrunk(rows_of(-0.019)) == pytest.approx([-0.019])


def test_the_parts_of_the_variance_are_those_of_the_rows():
    rows = rows_of(np.zeros(3), runs_variance=[8e-5, 2e-5, 5e-5])
    prospects = prospects_of(rows)
    sizes = np.full(3, 400.0)
    assert prospects.items_variance(sizes, 3) == pytest.approx(rows["items_variance"])
    # Of all comparisons together.
    assert prospects.between == pytest.approx(3 * 3e-5)
    assert prospects_of(rows.assign(scope=THESE_RUNS)).between == pytest.approx(0)


def test_the_variance_of_an_average_tells_how_alike_comparisons_are():
    rows = rows_of(np.zeros(4))
    variance = rows["items_variance"].iloc[0]
    about = {"family": "", "query_language": "every", "document_language": "cross-lingual"}
    for correlation in (0.0, 0.4, 0.9):
        of_mean = variance * (1 + 3 * correlation) / 4
        average = rows_of(0.0, **about, items_variance=of_mean)
        evidence = pd.concat([rows, average])
        assert correlation_of(rows, evidence) == pytest.approx(correlation, abs=1e-9)
    assert correlation_of(rows, rows) == USUAL_CORRELATION
