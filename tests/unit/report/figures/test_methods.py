from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Annotation, Text


def test_every_candidate_has_a_marker_at_its_gain_and_bound(draw, written):
    rows = written("methods")
    axis = draw("methods").axes[0]
    for group, of_group in rows.groupby("group"):
        line = next(x for x in axis.lines if str(x.get_label()).split(",")[0] == group)
        points = of_group[["english_gain", "worst_low"]].to_numpy() * 100
        assert np.allclose(np.c_[line.get_xdata(), line.get_ydata()], points)


def test_what_is_pareto_optimal_is_ringed_and_told(draw, written):
    figure = draw("methods")
    texts = [text.get_text() for text in figure.legends[0].get_texts()]
    assert "Pareto-optimal, keeps all" in texts
    rows = written("methods").assign(pareto_optimal=False)
    texts = [text.get_text() for text in draw("methods", rows).legends[0].get_texts()]
    assert "Pareto-optimal, keeps all" not in texts


def test_labels_tell_rates_and_cover_neither_each_other_nor_a_marker(draw):
    figure = draw("methods")
    figure.draw_without_rendering()
    axis = figure.axes[0]
    labels = [text for text in axis.texts if isinstance(text, Annotation)]
    assert "1.3e-3" in {label.get_text() for label in labels}
    boxes = [Text.get_window_extent(label) for label in labels]
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))


@pytest.mark.parametrize("scale", [0.1, 1])
def test_small_and_large_differences_are_drawn_with_ticks_apart(draw, written, scale):
    rows = written("methods")
    values = [c for c in rows if c.startswith(("english_", "worst_low", "worst_diff"))]
    rows[values] *= scale
    figure = draw("methods", rows)
    figure.draw_without_rendering()
    boxes = [label.get_window_extent() for label in figure.axes[0].get_xticklabels()]
    inside = [box for box in boxes if figure.axes[0].bbox.x0 <= box.x0 <= figure.axes[0].bbox.x1]
    assert not any(one.overlaps(other) for one, other in combinations(inside, 2))


def test_the_second_group_of_a_method_is_hollow(draw, written):
    rows = written("methods")
    lora = rows[rows["group"] == "lora"]
    figure = draw("methods", pd.concat([rows, lora.assign(group="lora-16")], ignore_index=True))
    fills = {
        str(line.get_label()).split(",")[0]: line.get_fillstyle() for line in figure.axes[0].lines
    }
    assert (fills["lora"], fills["lora-16"]) == ("full", "none")


def test_what_has_too_few_seeds_says_how_many(draw, written):
    rows = written("methods")
    few = (rows["group"] == "lora", ["verdict", "seeds"])
    rows.loc[few] = ["needs seeds", 1]
    texts = [text.get_text() for text in draw("methods", rows).legends[0].get_texts()]
    (lora,) = [text for text in texts if text.startswith("lora")]
    assert lora.endswith(", 1 seed")
    assert not any(text.endswith("seed") for text in texts if not text.startswith("lora"))
