import pytest


def test_levels_have_a_bar_for_base_and_tuned(draw, written):
    rows = written("levels")
    axis = draw("levels").axes[0]
    heights = [bar.get_height() for bar in axis.patches]
    assert heights == pytest.approx([*rows["base"] * 100, *rows["tuned"] * 100])


def test_bars_and_verdicts_are_explained(draw, written):
    (legend,) = draw("levels").legends
    texts = [text.get_text() for text in legend.get_texts()]
    assert texts[:2] == ["base", "tuned at 1e-5"]
    assert texts[-1] == "non-inferiority margin"
    assert set(texts[2:-1]) == set(written("levels")["verdict"])
