from dataclasses import replace

import pandas as pd

from adiabatic.report.search_recall import search_recall_table


def test_of_each_task_and_language_the_range_over_runs(material, tmp_path):
    (tmp_path / "search").mkdir()
    names = ["base", material.plan.runs[0].name]
    for name, recall in zip(names, (0.99, 0.95), strict=True):
        row = {"task": "qa", "language": "de", "passages": 12000, "recall@100": recall}
        row |= {"relevant_found": 0.8, "relevant_exact": 0.81}
        pd.DataFrame([row]).to_csv(tmp_path / f"search/{name}.csv", index=False)
    table = search_recall_table(replace(material, results=tmp_path))
    assert table.rows["run"].tolist() == names
    assert "- qa, de (12,000 passages): 95.0% to 99.0%" in table.caption
    assert "relevant found" in table.shown.columns
