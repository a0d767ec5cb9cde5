def test_a_row_a_style_and_level_in_points(tables):
    rows, shown = tables["levels"].rows, tables["levels"].shown
    assert rows[["style", "level"]].apply(tuple, axis=1).tolist() == [
        ("title", "random"),
        ("title", "text"),
    ]
    assert set(rows["learning_rate"]) == {1e-5}
    assert shown["base (points)"].tolist() == [f"{100 * value:.1f}" for value in rows["base"]]


def test_the_caption_says_whether_accuracy_falls(tables):
    rows = tables["levels"].rows
    falls = "falls" if rows["base"].is_monotonic_decreasing else "does not fall"
    assert f"With title anchors the base's accuracy {falls} from level" in tables["levels"].caption
