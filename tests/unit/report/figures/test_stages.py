import matplotlib.pyplot as plt
import pandas as pd
import pytest
from matplotlib.patches import FancyArrowPatch, Rectangle

from adiabatic.report.figures.stages import LONGEST, _short, draw_stages
from adiabatic.report.figures.style import PAGE

ROWS = pd.DataFrame(
    [
        ("sources", "", "read_papers", 1, "Papers; from a snapshot."),
        ("base", "sources tune", "embed", 3, "query " * 40),
        ("tune", "sources base", "tune", 14, "Runs."),
    ],
    columns=["stage", "reads", "rule", "jobs", "about"],
)


@pytest.fixture
def axis():
    figure = draw_stages(ROWS)
    yield figure.axes[0]
    plt.close(figure)


def test_a_box_a_stage_a_line_a_rule_and_an_arrow_for_what_is_read(axis):
    assert axis.figure.get_figwidth() == PAGE
    assert len([patch for patch in axis.patches if isinstance(patch, Rectangle)]) == 3
    assert len([patch for patch in axis.patches if isinstance(patch, FancyArrowPatch)]) == 4
    texts = [text.get_text() for text in axis.texts]
    assert {"sources", "read_papers", "Papers", "tune  (14 jobs)", "Runs"} <= set(texts)


def test_texts_stay_inside_and_cover_no_other(axis):
    axis.figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in axis.texts]
    assert max(box.x1 for box in boxes) <= axis.figure.bbox.x1
    assert not any(one.overlaps(other) for n, one in enumerate(boxes) for other in boxes[n + 1 :])


def test_a_long_text_ends_with_a_whole_word():
    assert _short("query " * 40) == "query " * (LONGEST // 6) + "..."
