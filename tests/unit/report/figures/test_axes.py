import matplotlib.pyplot as plt
import numpy as np
import pytest

from adiabatic.report.figures import axes


@pytest.fixture
def axis():
    figure, axis = plt.subplots()
    yield axis
    plt.close(figure)


@pytest.mark.parametrize(("value", "text"), [(2, "+2"), (0, "0"), (-5, "−5"), (0.5, "+0.5")])
def test_ticks_have_signs(value, text):
    assert axes.tick(value) == text


@pytest.mark.parametrize(
    ("low", "high", "scale"), [(-3, 8, "linear"), (-45, 8, "symlog"), (0, 0, "linear")]
)
def test_all_points_are_shown_and_the_scale_fits(axis, low, high, scale):
    axes.scale_points([axis], low, high)
    bottom, top = axis.get_ylim()
    assert bottom < min(low, -1)
    assert top > max(high, 1)
    assert axis.get_yscale() == scale


def test_rates_that_lie_close_have_one_label(axis):
    axes.scale_rates(axis, [1e-8, 1.3e-8, 1e-6])
    assert [label.get_text() for label in axis.get_xticklabels()] == ["1e-8", "", "1e-6"]


def test_one_rate_has_an_axis_too(axis):
    axes.scale_rates(axis, [1e-6])
    assert [label.get_text() for label in axis.get_xticklabels()] == ["1e-6"]


def test_rates_differ_in_grey_and_in_marker():
    looks = axes.looks_of([1e-6, 1e-5, 1e-4])
    grey = [np.dot(color[:3], (0.299, 0.587, 0.114)) for color, _ in looks.values()]
    assert np.diff(grey).min() > 0.05
    assert len({marker for _, marker in looks.values()}) == 3


def test_a_legend_tells_the_verdicts_that_are_drawn_and_the_margin():
    labels = [handle.get_label() for handle in axes.verdict_handles(["undecided", "improved"])]
    assert labels == ["improved", "undecided", "non-inferiority margin"]
