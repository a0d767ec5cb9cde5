def test_people_read_what_programs_do(tables):
    table = tables["evaluation_sets"]
    assert table.rows["set"].tolist() == ["xnli", "qa"]
    assert "shared queries" in table.shown.columns
    assert "No item of the evaluation sets occurs in the tuning data." in table.caption
