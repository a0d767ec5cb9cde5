import pandas as pd

from adiabatic.report.claims import _where


def test_every_claim_is_told_at_each_rate_in_words(tables):
    rows, shown = tables["claims"].rows, tables["claims"].shown
    assert set(rows["claim"]) == set("abcdefgh")
    assert shown["claim"].iloc[0] == "a. in-domain English improves"
    first = shown[shown["claim"].str.startswith("a.") & (shown["runs"] == "sweep")]
    assert first["learning rate"].tolist() == ["1e-6", "1e-5", "1.3e-3"]
    # Of one comparison the interval, of many the bound.
    assert first["decided by (points)"].str.contains("[", regex=False).all()
    pairs = shown[shown["claim"].str.startswith("b.") & (shown["runs"] == "sweep")]
    # Of what fails it is the upper one.
    bounds = pairs["decided by (points)"].str.extract(r"\((at \w+)", expand=False)
    assert bounds.tolist() == ["at least", "at least", "at most"]
    assert pairs["verdict"].tolist()[2] == "fails"


def test_the_caption_has_a_line_a_claim(tables):
    caption = tables["claims"].caption
    assert "fails at 1.3e-3" in caption
    assert caption.count("\n- ") == 8
    assert "with a margin of 5 points" in caption


def test_where_is_told_as_everywhere():
    def told(task, query, document):
        columns = ("task", "query_language", "document_language")
        return _where(pd.Series(dict(zip(columns, (task, query, document), strict=True))))

    assert told("arxiv, title-text", "en", "en") == "arXiv, title-text"
    assert told("held-out", "en", "en") == "held-out"
    assert told("qa", "hi", "cross-lingual") == "qa, hi to other languages"
    assert told("all tasks", "non-English", "mean") == "all tasks, non-English"
    assert told("all tasks", "every", "cross-lingual") == "all tasks, cross-lingual"
    assert told("", "", "") == ""
