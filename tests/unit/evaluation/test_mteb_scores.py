import pytest

from adiabatic.evaluation.mteb_scores import RunScores, compared, score_rows


def scores(**by_subset):
    """A run's scores on one task with the subsets."""
    rows = [
        {"split": "test", "subset": name, "languages": [name], "main_score": value}
        for name, value in by_subset.items()
    ]
    task = {"task": "XNLI", "type": "PairClassification", "query_side": "first text"}
    return {"tasks": [task | {"metric": "max_ap", "scores": rows}]}


def test_differences_are_means_over_seeds_with_the_smallest_and_largest():
    base = score_rows(scores(de=0.5, en=0.6))
    runs = [
        RunScores("sweep", 1e-5, score_rows(scores(de=0.52, en=0.6))),
        RunScores("sweep", 1e-5, score_rows(scores(de=0.48, en=0.7))),
        RunScores("procrustes", float("nan"), score_rows(scores(de=0.5, en=0.59))),
    ]
    rows = compared(base, runs)
    assert rows["subset"].tolist() == ["mean", "mean", "de", "de", "en", "en"]
    assert rows["group"].tolist() == ["sweep", "procrustes"] * 3
    assert rows["seeds"].tolist() == [2, 1] * 3
    found = rows[rows["group"] == "sweep"].set_index("subset")
    wanted = {"mean": [0.025, 0.01, 0.04], "de": [0, -0.02, 0.02], "en": [0.05, 0, 0.1]}
    columns = ["difference", "smallest", "largest"]
    for subset, values in wanted.items():
        assert found.loc[subset, columns].tolist() == pytest.approx(values)
