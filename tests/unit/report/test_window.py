from planted_results import HIGH, LOW, MIDDLE


def test_rates_are_marked_as_inside_chosen_and_shown(tables):
    rows = tables["window"].rows
    assert set(rows.loc[rows["in_window"], "learning_rate"]) == {LOW, MIDDLE}
    for mark in ("chosen", "shown"):
        assert set(rows.loc[rows[mark], "learning_rate"]) == {MIDDLE}


def test_people_see_a_column_a_rate_in_points(tables):
    rows, shown = tables["window"].rows, tables["window"].shown
    assert shown.columns.tolist() == [
        "average",
        "metric",
        "base (points)",
        "1e-6",
        "1e-5",
        "1.3e-3",
    ]
    assert shown["average"].tolist() == rows["aggregate"].unique().tolist()
    english = shown[shown["average"] == "held-out English triplets"].iloc[0]
    assert english["1e-5"].startswith("+1")
    assert " [+" in english["1e-5"]


def test_the_caption_tells_best_worst_and_what_decides(tables):
    caption = tables["window"].caption
    assert "mean of 3 seeds" in caption
    assert f"{HIGH:g}" not in caption
    assert "1.3e-3: −3" in caption
    rows = tables["window"].rows
    assert caption.count("\n- ") == rows["aggregate"].nunique()
