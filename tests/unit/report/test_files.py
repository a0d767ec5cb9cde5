import pandas as pd

from adiabatic.report.files import DEMONSTRATION, Table, save_caption, save_table


def test_csv_holds_numbers_and_the_others_text(tmp_path):
    rows = pd.DataFrame({"gain": [0.0123456789]})
    shown = pd.DataFrame({"a_b": ["+1.2 & 5%"]})
    save_table(Table(rows, shown, "Gains."), tmp_path / "gains.csv", demonstration=False)
    assert pd.read_csv(tmp_path / "gains.csv")["gain"].tolist() == [0.0123457]
    assert "+1.2 & 5%" in (tmp_path / "gains.md").read_text()
    latex = (tmp_path / "gains.tex").read_text()
    assert r"a\_b" in latex
    assert r"\&" in latex
    assert r"\toprule" in latex
    assert (tmp_path / "gains.rst").read_text() == "Gains.\n"
    assert {path.suffix for path in tmp_path.iterdir()} == {".csv", ".md", ".tex", ".rst"}


def test_a_caption_shows_its_text_as_it_stands_and_says_what_is_a_demonstration(tmp_path):
    save_caption("mrr@10 rose", tmp_path / "c.rst", demonstration=True)
    text = (tmp_path / "c.rst").read_text()
    assert text.startswith(r"mrr\@10 rose")
    assert DEMONSTRATION in text
