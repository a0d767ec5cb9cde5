from dataclasses import replace

import pandas as pd
import pytest

from adiabatic.report.ablations import _equivalence, ablation_tables


def test_an_ablation_is_compared_with_the_sweep_and_both_with_the_base(tables):
    rows = tables["ablation-frozen"].rows
    assert sorted(set(rows["learning_rate"])) == [1e-5, 1.3e-3]
    paired = rows["ablation_difference"] - rows["sweep_difference"]
    assert rows["difference"].to_numpy() == pytest.approx(paired.to_numpy(), abs=1e-9)
    spared = rows[(rows["learning_rate"] == 1.3e-3) & (rows["aggregate"] == "xnli, non-English")]
    assert spared["verdict"].tolist() == ["more"]
    assert set(tables["ablation-direct"].rows["verdict"]) == {"equivalent"}


def test_table_and_caption_say_the_same(tables):
    table = tables["ablation-frozen"]
    assert table.shown.columns.tolist()[2:5] == [
        "sweep (points)", "frozen (points)", "difference (points)",
    ]  # fmt: skip
    for verdict, count in table.rows["verdict"].value_counts().items():
        assert f"{count} {verdict}" in table.caption
    assert "Relative difference of the weight changes: 0.031 at 1e-5, 0.031" in table.caption


def test_without_weights_the_caption_has_none(material, tmp_path):
    other = replace(material, results=tmp_path)
    other.__dict__["evidence"] = material.evidence
    assert "weight changes" not in ablation_tables(other)["ablation-direct"].caption


def test_equivalence_needs_both_sides_of_the_margin():
    ends = pd.DataFrame(
        [(-0.01, 0.01), (0.01, 0.09), (-0.09, -0.01), (-0.09, 0.09)], columns=["low", "high"]
    )
    assert _equivalence(ends, 0.02).tolist() == ["equivalent", "more", "less", "undecided"]
