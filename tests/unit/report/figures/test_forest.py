from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from adiabatic.report.figures.forest import ANSWERS, _split
from adiabatic.report.figures.style import COLUMN, PAGE, VERDICTS
from adiabatic.text.languages import FAMILIES, by_family

CODES = " ".join(FAMILIES.values()).split()


def rows_of(languages, tasks=("qa", "xnli")):
    names = by_family(CODES[:languages])
    rows = pd.DataFrame([(name, task) for name in names for task in tasks])
    rows.columns = ["language", "task"]
    about = {"family": "languages", "verdict": "non-inferior"}
    return rows.assign(difference=0.01, low=-0.01, high=0.03, **about)


def test_a_language_without_items_is_said_to_have_none(draw):
    rows = rows_of(2)
    rows.loc[0, ["difference", "low", "high"]] = np.nan
    rows.loc[0, "verdict"] = "undecided"
    texts = [text.get_text().strip() for text in draw("forest", rows).axes[0].texts]
    assert texts == ["no items", CODES[0], CODES[1]]


def test_a_row_a_language_and_task_with_a_line_to_the_bound(draw, written):
    axis, rows = draw("forest").axes[0], written("forest")
    labels = [label.get_text() for label in axis.get_yticklabels()]
    assert labels == ["held-out", "qa", "xnli", "qa", "xnli", "arXiv, title"]
    # A language is named at the first of its rows.
    names = [(text.get_text(), text.xy[1]) for text in axis.texts]
    assert names == [("en", 0), ("zh", -3), ("en", -5)]
    # Beside lines at 0, at the margin and between languages.
    lines = [
        line for line in axis.lines if line.get_linewidth() == 1 and len(line.get_xdata()) == 2
    ]
    assert np.allclose([line.get_xdata() for line in lines], rows[["low", "difference"]] * 100)
    assert [line.get_color() for line in lines] == [VERDICTS[v][0] for v in rows["verdict"]]


@pytest.mark.parametrize(
    ("languages", "tasks", "columns"),
    [(8, "ab", 1), (15, "a", 2), (15, "abc", 2), (30, "ab", 2), (80, "ab", 3), (100, "abc", 4)],
)
def test_15_languages_have_two_columns_and_100_fill_a_page(draw, languages, tasks, columns):
    rows = rows_of(languages, tuple(tasks))
    figure = draw("forest", rows)
    assert len(figure.axes) == columns
    assert figure.get_figwidth() == (COLUMN if columns == 1 else PAGE)
    assert figure.get_figheight() < 9.5
    figure.draw_without_rendering()
    # Rows are apart, and names of languages stand within the figure, left of those of tasks.
    for axis in figure.axes:
        boxes = [label.get_window_extent() for label in axis.get_yticklabels()]
        assert all(one.y0 > other.y0 for one, other in pairwise(boxes))
        for text in axis.texts:
            box = Text.get_window_extent(text)
            assert box.x0 >= figure.bbox.x0
            assert box.x1 < min(other.x0 for other in boxes)
    parts = _split(rows, columns)
    assert pd.concat(parts).equals(rows)
    assert sum(part["language"].nunique() for part in parts) == languages


def test_the_margin_and_the_verdicts_that_occur_are_explained(draw, written):
    (legend,) = draw("forest").legends
    texts = [text.get_text() for text in legend.get_texts()]
    rows = written("forest")
    # Of what must be kept, which the gain in English is not.
    counts = rows.loc[rows["family"] != "English", "verdict"].value_counts()
    found = [f"{ANSWERS[v]}: {counts[v]}" for v in VERDICTS if v in counts]
    assert texts == [*found, "non-inferiority margin"]
