import numpy as np
import pandas as pd
import pytest

from adiabatic.report.figures.forest import _split
from adiabatic.report.figures.style import VERDICTS


def rows_of(languages):
    names = [f"l{number:02}" for number in range(languages)]
    rows = pd.DataFrame([(name, task) for name in names for task in ("qa", "xnli")])
    rows.columns = ["language", "task"]
    return rows.assign(difference=0.01, low=-0.01, high=0.03, verdict="non-inferior")


def test_a_row_a_language_and_task_with_a_line_to_the_bound(draw, written):
    axis, rows = draw("forest").axes[0], written("forest")
    labels = [label.get_text() for label in axis.get_yticklabels()]
    assert labels == ["en  held-out", "  qa", "  xnli", "zh  qa", "  xnli", "en  arXiv, title"]
    # Beside lines at 0, at the margin and between languages.
    lines = [
        line for line in axis.lines if line.get_linewidth() == 1 and len(line.get_xdata()) == 2
    ]
    assert np.allclose([line.get_xdata() for line in lines], rows[["low", "difference"]] * 100)
    assert [line.get_color() for line in lines] == [VERDICTS[v][0] for v in rows["verdict"]]


@pytest.mark.parametrize(("languages", "columns"), [(8, 1), (30, 2), (80, 3)])
def test_many_languages_have_several_columns_and_each_is_in_one(draw, languages, columns):
    rows = rows_of(languages)
    figure = draw("forest", rows)
    assert len(figure.axes) == columns
    assert figure.get_figheight() < 11
    parts = _split(rows, columns)
    assert pd.concat(parts).equals(rows)
    assert sum(part["language"].nunique() for part in parts) == languages


def test_the_margin_and_the_verdicts_that_occur_are_explained(draw, written):
    (legend,) = draw("forest").legends
    texts = [text.get_text() for text in legend.get_texts()]
    assert texts == [*(v for v in VERDICTS if v in set(written("forest")["verdict"])),
                     "non-inferiority margin"]  # fmt: skip
