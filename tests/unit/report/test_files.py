import pandas as pd

from adiabatic.report.files import Table, save_caption, save_table


def test_a_table_is_numbers_in_csv_and_text_for_people_elsewhere(tmp_path):
    table = Table(
        pd.DataFrame({"difference": [0.0123456789, -0.5], "learning_rate": [2e-8, 1e-3]}),
        pd.DataFrame({"a_b": ["+1.2 & 5%", "−50.0"], "n": ["007", ""]}),
        "mrr@10 rose",
    )
    save_table(table, tmp_path / "t.csv", demonstration=True)
    assert pd.read_csv(tmp_path / "t.csv").dtypes.tolist() == [float, float]
    assert "0.0123457" in (tmp_path / "t.csv").read_text()
    markdown = (tmp_path / "t.md").read_text()
    assert "+1.2 & 5%" in markdown
    assert "007" in markdown
    latex = (tmp_path / "t.tex").read_text()
    assert r"a\_b" in latex
    assert r"+1.2 \& 5\%" in latex
    assert r"\toprule" in latex
    assert r"\ensuremath{-}50.0" in latex
    page = (tmp_path / "t.html").read_text()
    assert "+1.2 &amp; 5%" in page
    assert "synthetic demonstration" in page


def test_a_paper_has_the_rows_that_are_printed(tmp_path):
    shown = pd.DataFrame({"a": ["one", "two"]})
    save_table(Table(shown, shown, "both", shown[:1]), tmp_path / "t.csv", demonstration=False)
    assert "two" in (tmp_path / "t.html").read_text()
    latex = (tmp_path / "t.tex").read_text()
    assert latex.startswith("% 1 of 2 rows")
    assert "two" not in latex


def test_a_caption_shows_its_text_as_it_stands(tmp_path):
    save_caption("mrr@10 rose", tmp_path / "c.rst", demonstration=True)
    text = (tmp_path / "c.rst").read_text()
    assert text.startswith(r"mrr\@10 rose")
    assert "synthetic demonstration" in text
    save_caption("mrr@10 rose", tmp_path / "c.rst", demonstration=False)
    assert (tmp_path / "c.rst").read_text() == "mrr\\@10 rose\n"
