import numpy as np
import pandas as pd
import pytest
from planted_outcomes import HOW
from planted_truths import rows_of

from adiabatic.inference.deciding_sizes import (
    about,
    hardest,
    sizes_for_equivalence,
    sizes_for_family,
    sizes_for_gain,
    sizes_in_words,
)
from adiabatic.inference.sample_sizes import Needed

KINDS = {"qa": "qa-retrieval", "xnli": "xnli"}


def words(*needed):
    return sizes_in_words(list(needed), KINDS)


def test_they_are_told_in_words():
    assert words() == ""
    anchors = Needed("arxiv", 3389, 3, 500, 3)
    assert words(anchors) == "about 3,400 reported anchors (now 500)"
    seeds = Needed("qa", 200, 8, 200, 3)
    assert words(seeds) == "more seeds, not items: about 8 (now 3)"
    both = [Needed("arxiv", 3389, 5, 500, 3), Needed("qa", 2201, 5, 200, 3)]
    assert words(*both) == (
        "about 3,400 reported anchors (now 500) and 2,300 reported questions a language of qa "
        "(now 200), with 5 seeds (now 3)"
    )
    near = Needed("qa", 0, 3, 200, 3)
    assert words(near) == "the loss is near the margin: no size will do"
    assert words(near, anchors) == (
        "the loss in qa is near the margin: no size will do; about 3,400 reported anchors (now 500)"
    )
    enough = Needed("arxiv", 500, 3, 500, 3, 0.87)
    assert words(enough) == "as many other items (500 anchors; power 87%)"


@pytest.mark.parametrize(("number", "rounded"), [(7, 7), (99, 99), (101, 110), (3389, 3400)])
def test_no_more_digits_are_told_than_are_known(number, rounded):
    assert about(number) == rounded


def test_the_hardest_is_what_no_size_decides_or_what_grows_most():
    small, large = Needed("qa", 300, 3, 200, 3), Needed("arxiv", 900, 3, 500, 5)
    nothing = Needed("xnli", 0, 3, 10, 3)
    assert hardest([small, large]) is small
    assert hardest([small, nothing, large]) is nothing
    assert hardest([]) is None


def test_only_what_is_undecided_needs_anything():
    qa = rows_of(np.zeros(3), task="qa", low=-0.01)
    xnli = rows_of(np.zeros(3), low=[-0.01, -0.07, -0.01])
    rows = pd.concat([qa, xnli])
    (found,) = sizes_for_family(rows, rows, HOW)
    assert found.task == "xnli"
    assert sizes_for_family(qa, qa, HOW) == []


def test_a_gain_needs_the_more_the_smaller_it_is():
    small, large = (sizes_for_gain(rows_of(gain).iloc[0], HOW)[0] for gain in (0.01, 0.02))
    assert 3 < small.items / large.items < 5
    assert not sizes_for_gain(rows_of(0.0).iloc[0], HOW)[0].possible


def test_equivalence_is_shown_on_both_sides():
    row = rows_of(0.0).iloc[0]
    narrow, wide = (sizes_for_equivalence(row, reach, HOW)[0] for reach in (0.01, 0.02))
    assert 3 < narrow.items / wide.items < 5
    beyond = sizes_for_equivalence(rows_of(-0.05).iloc[0], 0.01, HOW)[0]
    assert beyond.items < narrow.items
