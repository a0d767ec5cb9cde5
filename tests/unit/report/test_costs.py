from dataclasses import replace

import numpy as np
import pytest

from adiabatic.plan.runs import Plan, PlannedRun
from adiabatic.report.costs import costs_table


def test_a_row_a_candidate_with_medians_over_seeds(tables):
    rows = tables["costs"].rows
    assert rows["group"].tolist() == ["sweep"] * 3 + ["lora"] * 3
    assert set(rows["tuning_seconds"]) == {8.5}
    assert "Longest: sweep at 1e-6, 8 s." in tables["costs"].caption


@pytest.fixture
def timed(material, tmp_path):
    """Costs of runs whose seconds are given, some by the jobs that embedded documents again."""

    def costs(runs, seconds, embedded=()):
        for name, value in seconds.items():
            folder = tmp_path / "runs" / name
            folder.mkdir(parents=True)
            (folder / "time.json").write_text(f'{{"seconds": {value}}}')
        for name, corpus, value in embedded:
            (tmp_path / "benchmarks").mkdir(exist_ok=True)
            path = tmp_path / f"benchmarks/embeddings-{name}-{corpus}.tsv"
            path.write_text(f"s\th:m:s\n{value}\t0:00:01\n")
            folder = tmp_path / "embeddings" / name
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{corpus}.json").write_text('{"documents": 617}')
        return costs_table(replace(material, plan=Plan(tuple(runs)), results=tmp_path))

    return costs


def test_what_is_made_of_another_run_also_takes_what_that_took(timed):
    runs = [
        PlannedRun("lr1", "sweep", learning_rate=1.0),
        PlannedRun("wise", "wise", "interpolation", 1.0, alpha=0.5, repeats="lr1"),
        PlannedRun("bm25", "bm25", "bm25"),
        PlannedRun("gone", "gone", "lora", 1.0),
    ]
    table = timed(runs, {"lr1": 30, "wise": 2})
    seconds = dict(zip(table.rows["group"], table.rows["tuning_seconds"], strict=True))
    assert (seconds["sweep"], seconds["wise"], seconds["bm25"]) == (30, 32, 0)
    assert np.isnan(seconds["gone"])
    assert table.shown["tuning (s)"].tolist() == ["30", "32", "0", "unknown"]


def test_documents_that_are_embedded_again_are_counted_with_their_seconds(timed):
    runs = [PlannedRun("both", "both", "joint", 1.0)]
    table = timed(runs, {"both": 70}, [("both", "arxiv", 11), ("both", "qa", 12)])
    row = table.rows.iloc[0]
    assert (row["embedding_seconds"], row["documents"]) == (23, 1234)
    assert "both at 1e0 embeds 1,234 documents again, in 23 s." in table.caption
