import pytest


def test_a_panel_a_task_and_a_line_an_average(draw):
    figure = draw("window")
    titles = [axis.get_title() for axis in figure.axes if axis.get_visible()]
    tasks = ["xnli (accuracy)", "qa (MRR@10)", "English triplets (accuracy)"]
    assert titles == [*tasks, "all tasks (headline metric)"]
    labels = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert labels == ["en", "non-English", "cross-lingual"]


def test_lines_are_the_differences_in_points(draw, written):
    rows = written("window")
    english = rows[rows["aggregate"] == "held-out English triplets"]
    axis = next(a for a in draw("window").axes if a.get_title().startswith("English"))
    line = next(line for line in axis.lines if line.get_label() == "held-out English triplets")
    assert line.get_ydata() == pytest.approx((english["difference"] * 100).tolist())


def test_lines_marks_and_shade_are_explained_where_they_are(draw, written):
    rows = written("window")
    for changed, told in (
        (rows, ["non-inferiority margin", "window: all is kept, and English gains", "chosen rate"]),
        (rows.assign(in_window=False, chosen=False), ["non-inferiority margin"]),
    ):
        (legend,) = draw("window", changed).legends
        assert [text.get_text() for text in legend.get_texts()] == told


def test_one_rate_is_drawn(draw, written):
    rows = written("window")
    draw("window", rows[rows["learning_rate"] == 1e-5]).draw_without_rendering()
