import pandas as pd
import pytest

from adiabatic.report import words

COLUMNS = ["task", "subset", "query_language", "document_language"]


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (("xnli", "mean", "de", "fr"), "xnli, de to fr"),
        (("xnli", "neutral", "de", "de"), "xnli, neutral, de to de"),
        (("qa", "all", "de", "cross-lingual"), "qa, de to other languages"),
        (("pool", "all", "de", "pool"), "pool, de to all languages"),
        (("arxiv", "title-text", "en", "en"), "arXiv, title-text"),
        (("", "", "", ""), ""),
    ],
)
def test_a_place_is_told_in_words(values, text):
    row = pd.Series(dict(zip(COLUMNS, values, strict=True)))
    assert words.place(row) == text
    assert words.place(row.add_prefix("worst_"), "worst_") == text


def test_what_decides_is_told_with_difference_bound_and_place():
    row = pd.Series({"task": "qa", "subset": "all", "query_language": "hi"})
    row = pd.concat(
        [row, pd.Series({"document_language": "hi", "difference": -0.01, "low": -0.03})]
    )
    assert words.deciding(row.add_prefix("worst_")) == "−1.0 (at least −3.0) in qa, hi to hi"


def test_verdicts_are_counted_in_words():
    verdicts = pd.Series(["undecided", "improved", "improved"])
    assert words.in_words(verdicts) == "2 improved, 1 undecided"
