import numpy as np
import pandas as pd
import pytest
from planted_outcomes import HOW, base_right, better_english, outcomes, worse_chinese

from adiabatic.inference.ablations import ablation_rows, movement
from adiabatic.inference.statistics import equivalences
from adiabatic.inference.summary import values_of
from adiabatic.report.ablations import ablation_caption, ablation_table
from adiabatic.report.figures.ablation import ablation_figure

MOVEMENTS = pd.DataFrame({"learning_rate": [1e-6], "seed": [0], "relative_difference": [0.031]})


@pytest.fixture(scope="module")
def rows():
    base, grid, ablated = (
        values_of(outcomes(right), "en") for right in (base_right, better_english, worse_chinese)
    )
    return ablation_rows(1e-6, base, [grid, grid], [ablated, ablated], HOW)


def test_an_ablation_is_compared_with_the_grid_and_both_with_the_base(rows):
    differences = rows.set_index(["family", "comparison"])["difference"]
    assert differences["held-out English triplets", "base to grid"] == 0.5
    assert differences["held-out English triplets", "base to ablation"] == 0.5
    assert differences["held-out English triplets", "grid to ablation"] == 0
    # Both seeds lose one of two other languages, of which half the items were right.
    assert differences["xnli, other languages", "grid to ablation"] == pytest.approx(-0.25)
    assert differences["xnli, other languages", "base to grid"] == 0
    verdicts = rows[rows["comparison"] == "grid to ablation"].set_index("family")["verdict"]
    assert verdicts["held-out English triplets"] == "same"
    assert verdicts["xnli, other languages"] == "worse"
    assert set(rows["seeds"]) == {2}


def test_table_caption_and_figure_say_the_same(rows):
    table = ablation_table(rows).set_index("family")
    assert table.loc["xnli, other languages", "grid to ablation"].startswith("-25.0 [")
    assert table.loc["xnli, other languages", "verdict"] == "worse"
    assert list(table["learning rate"].unique()) == ["1e-06"]
    caption = ablation_caption(rows, MOVEMENTS, "direct")
    assert "2 seeds" in caption
    assert "-25.0 points" in caption
    assert "3.1% at 1e-06 of its norm" in caption
    figure = ablation_figure(rows, MOVEMENTS)
    titles = [axis.get_title() for axis in figure.axes]
    assert titles == ["weights", "English triplets (accuracy)", "xnli (accuracy)"]
    lines = {line.get_label(): line.get_ydata() for line in figure.axes[2].lines}
    assert lines["other languages"] == pytest.approx([-25])


def test_runs_that_have_not_moved_are_drawn(rows):
    still = MOVEMENTS.assign(relative_difference=0.0)
    assert ablation_figure(rows, still).axes[0].get_title() == "weights"


def test_movements_are_norms_and_what_is_frozen_has_not_moved():
    grid = {"a": np.array([3.0, 0.0]), "b": np.array([4.0])}
    assert movement(grid, {"a": np.array([3.0, 0.0])}) == {
        "norm_grid": 5,
        "norm_ablation": 3,
        "relative_difference": 0.8,
    }
    assert movement(grid, grid)["relative_difference"] == 0
    still = {"a": np.zeros(2)}
    assert movement(still, still)["relative_difference"] == 0
    assert movement(still, grid)["relative_difference"] == 1


def test_equivalence_needs_both_sides_of_the_margin():
    low, high = [-0.01, 0.001, 0.03, -0.5, -0.05], [0.01, 0.005, 0.5, -0.03, 0.01]
    assert equivalences(low, high, 0.02).tolist() == [
        "same",
        "same",
        "better",
        "worse",
        "undecided",
    ]
