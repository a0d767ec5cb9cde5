from adiabatic.report.summary import COLUMNS


def test_rows_have_the_columns_of_the_contract_and_add_up(material, tables):
    rows = tables["summary"].rows
    assert rows.columns.tolist() == COLUMNS
    assert set(rows["run"]) == {run.name for run in material.plan.sweep}
    assert (rows["tuned"] - rows["base"] - rows["difference"]).abs().max() < 1e-9
    assert (rows["ci_low"] <= rows["difference"]).all()
    assert (rows["difference"] <= rows["ci_high"]).all()


def test_people_read_metrics_as_the_field_writes_them_and_the_caption_counts(tables):
    table = tables["summary"]
    assert set(table.shown["metric"]) == {"accuracy", "MRR@10"}
    for verdict, count in table.rows["verdict"].value_counts().items():
        assert f"{count} {verdict}" in table.caption
