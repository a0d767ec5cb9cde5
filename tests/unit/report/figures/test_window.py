import pytest


def test_a_panel_a_task_and_a_line_an_average(draw):
    figure = draw("window")
    titles = [axis.get_title().replace("\n", " ") for axis in figure.axes if axis.get_visible()]
    tasks = ["xnli (accuracy)", "qa (MRR@10)", "English triplets (accuracy)"]
    assert titles == [*tasks, "all tasks (headline metric)"]
    labels = [line.get_label() for line in figure.axes[0].lines]
    labels = [label for label in labels if not str(label).startswith("_")]
    assert labels == ["English", "non-English", "cross-lingual"]


def test_lines_are_the_differences_in_points(draw, written):
    rows = written("window")
    english = rows[rows["aggregate"] == "held-out English triplets"]
    axis = next(a for a in draw("window").axes if a.get_title().startswith("English"))
    line = next(line for line in axis.lines if line.get_label() == "English")
    assert line.get_ydata() == pytest.approx((english["difference"] * 100).tolist())


def test_lines_marks_and_shade_are_explained_where_they_are(draw, written):
    rows = written("window")
    lines = ["English", "non-English", "cross-lingual"]
    for changed, told in (
        (rows, ["non-inferiority margin", "window: all kept, English gains", "chosen rate"]),
        (rows.assign(in_window=False, chosen=False), ["non-inferiority margin"]),
    ):
        (legend,) = draw("window", changed).legends
        assert [text.get_text() for text in legend.get_texts()] == [*lines, *told]


def test_a_line_looks_alike_in_every_panel(draw):
    looks = {}
    for axis in draw("window").axes:
        for line in axis.lines:
            if not str(line.get_label()).startswith("_"):
                looks.setdefault(line.get_label(), set()).add((line.get_color(), line.get_marker()))
    assert all(len(found) == 1 for found in looks.values())
    assert len(set.union(*looks.values())) == len(looks) == 3


def test_one_rate_is_drawn(draw, written):
    rows = written("window")
    draw("window", rows[rows["learning_rate"] == 1e-5]).draw_without_rendering()
