def test_the_runs_of_the_sweep_with_what_is_kept_of_each(tables):
    table = tables["history"]
    assert len(table.rows) == 9 * 5
    assert table.shown["step"].tolist() == [4] * 9
    assert table.shown["share of parameters changed"].tolist() == ["100.0%"] * 9
    assert "1e-5: 82.0 points (100.0% of the tuned parameters changed)" in table.caption
