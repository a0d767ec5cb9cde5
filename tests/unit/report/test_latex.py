import re

import numpy as np
import pandas as pd
import pytest

from adiabatic.report.latex import COLUMN, LONG, PAGE, _words, latex_table, latex_text


def width_of(text):
    return float(re.search(r"([\d.]+) inches wide", text)[1])


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("1 & 5%_#$", r"1 \& 5\%\_\#\$"),
        ("−0.3", r"\ensuremath{-}0.3"),
        ("<0.001", r"\ensuremath{<}0.001"),
        (r"a\b", r"a\textbackslash{}b"),
        ("+1.2 [+0.5, +1.9]", "+1.2 [+0.5,~+1.9]"),
    ],
)
def test_a_text_is_set_by_any_engine_and_intervals_stay_whole(text, latex):
    assert latex_text(text) == latex


def test_brackets_are_not_broken():
    assert _words("qa +1.0 (at least −2.0) in") == ["qa", "+1.0", "(at least −2.0)", "in"]


def test_a_small_table_fits_a_column_with_numbers_on_the_right():
    rows = pd.DataFrame({"task": ["qa", "xnli"], "gain (points)": ["+1.2 [+0.5, +1.9]", ""]})
    text = latex_table(rows, 7)
    assert text.startswith("% 2 of 7 rows, 3.3 inches wide, for table. It needs booktabs, array.")
    assert r"\begin{tabular}{@{}lr@{}}" in text
    assert r"qa & +1.2 [+0.5,~+1.9] \\" in text
    assert width_of(text) == COLUMN


def test_a_wide_table_has_both_columns_and_breaks_long_texts():
    rows = pd.DataFrame({"what": ["many words " * 30], "n": ["1"]})
    text = latex_table(rows, 1)
    assert width_of(text) == PAGE
    assert r">{\raggedright\arraybackslash}p{" in text


def test_a_long_table_goes_over_pages():
    rows = pd.DataFrame({"n": np.arange(LONG + 1).astype(str)})
    text = latex_table(rows, len(rows))
    assert r"\begin{longtable}" in text
    assert r"\endhead" in text
    assert "for an appendix in one column. It needs booktabs, array, longtable." in text
