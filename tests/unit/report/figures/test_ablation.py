import pytest


def test_a_panel_an_average_with_sweep_ablation_and_difference(draw, written):
    figure = draw("ablation-frozen")
    titles = [axis.get_title() for axis in figure.axes]
    assert titles == ["English", "all tasks, non-English", "all tasks, cross-lingual"]
    texts = [text.get_text() for text in figure.legends[0].get_texts()]
    assert texts == ["sweep", "frozen", "frozen minus sweep", "non-inferiority margin"]
    rows = written("ablation-frozen")
    english = rows[rows["aggregate"] == "held-out English triplets"].sort_values("learning_rate")
    drawn = [container.lines[0].get_ydata() for container in figure.axes[0].containers]
    for values, column in zip(
        drawn, ("sweep_difference", "ablation_difference", "difference"), strict=True
    ):
        assert values == pytest.approx((english[column] * 100).tolist())


def test_an_average_that_nothing_changed_has_no_panel_but_english_has(draw, written):
    rows = written("ablation-frozen")
    same = {"difference": 0.0, "low": -0.001, "high": 0.001, "verdict": "equivalent"}
    figure = draw("ablation-frozen", rows.assign(**same))
    assert [axis.get_title() for axis in figure.axes] == ["English"]
    figure = draw("ablation-frozen", rows.assign(**(same | {"verdict": "undecided"})))
    assert len(figure.axes) == 3


def test_the_margin_is_seen_where_all_differences_are_small(draw, written):
    rows = written("ablation-direct")
    numbers = [column for column in rows if column.endswith(("difference", "low", "high"))]
    rows[numbers] *= 0.001
    for axis in draw("ablation-direct", rows, margin=0.05).axes:
        assert axis.get_ylim()[0] < -5
