import pandas as pd

from adiabatic.report.html_table import html_table

ROWS = pd.DataFrame({"task": ["a <b>", "qa"], "gain (points)": ["+1.2 [+0.5, +1.9]", "−0.3"]})


def test_numbers_stand_on_the_right_under_heads_with_units():
    text = html_table("search_recall", ROWS, "What is <shown>.\n\n- one\n- two\n\nMore.")
    assert '<th scope="col" class="number">gain (points)</th>' in text
    assert '<th scope="row">a &lt;b&gt;</th><td class="number">+1.2 [+0.5, +1.9]</td>' in text
    assert "<caption>search recall (2 rows)</caption>" in text
    assert "<p>What is &lt;shown&gt;.</p><ul><li>one</li><li>two</li></ul><p>More.</p>" in text


def test_a_page_of_its_own_for_phones_and_dark_screens_that_needs_no_other_file():
    text = html_table("t", ROWS, "c")
    assert text.startswith("<!doctype html>")
    assert '<meta name="viewport"' in text
    assert "prefers-color-scheme: dark" in text
    assert not any(word in text for word in ("src=", "href=", "http:", "https:"))
