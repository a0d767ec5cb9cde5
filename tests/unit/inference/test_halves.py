import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from planted_outcomes import LANGUAGES, measured

from adiabatic.inference.halves import REPORT, SELECTION, split_by_cluster
from adiabatic.inference.values import values_of

KINDS = {"qa": "qa-retrieval", "pool": "mixed-pool"}


def two_tasks():
    """Questions of 40 passages asked in two tasks, and held-out triplets."""
    cells = [("qa", "all", name, name) for name in LANGUAGES]
    rows = [(*cell, str(item), True) for cell in cells for item in range(200)]
    clusters = [f"passage{int(row[4]) // 5}" for row in rows]
    qa = measured(rows, clusters, **{"mrr@10": 1.0})
    pool = qa.assign(task="pool", document_language="pool", map=1.0)
    held_out = [("held-out", "all", "en", "en", str(item), True) for item in range(50)]
    frame = pd.concat([qa, pool, measured(held_out)], ignore_index=True)
    # Of the pool all have the measure, of the questions none.
    parts = [part.dropna(axis=1, how="all") for _, part in frame.groupby("task")]
    frame = pd.concat(parts, ignore_index=True)
    keys = ["task", "subset", "query_language", "document_language", "item", "cluster"]
    return values_of(frame.astype(dict.fromkeys(keys, "category")), KINDS, "en")


VALUES = two_tasks()


@given(st.integers(0, 10_000), st.floats(0, 1))
def test_every_cluster_is_whole_and_in_one_half_in_all_tasks_alike(seed, share):
    halves = split_by_cluster(VALUES, share, seed)
    selected, reported = (
        {task: set(halves[half].clusters[task]) for task in ("qa", "pool")}
        for half in (SELECTION, REPORT)
    )
    assert selected["qa"] == selected["pool"]
    assert reported["qa"] == reported["pool"]
    assert not selected["qa"] & reported["qa"]
    assert selected["qa"] | reported["qa"] == set(VALUES.clusters["qa"])
    for half in halves.values():
        for cell, table in half.tables.items():
            assert len(table) == len(half.clusters[cell.task])
        assert len(half.clusters["qa"]) == 5 * len(set(half.clusters["qa"]))


def test_the_seed_decides_and_the_share_is_kept():
    first, again, other = (split_by_cluster(VALUES, 0.5, seed)[SELECTION] for seed in (1, 1, 2))
    assert first.clusters["qa"].tolist() == again.clusters["qa"].tolist()
    assert first.clusters["qa"].tolist() != other.clusters["qa"].tolist()
    chosen = [
        len(set(split_by_cluster(VALUES, 0.3, seed)[SELECTION].clusters["qa"]))
        for seed in range(60)
    ]
    assert 0.28 < sum(chosen) / 60 / 40 < 0.32


def test_held_out_triplets_are_reported_and_nothing_is_chosen_without_a_share():
    halves = split_by_cluster(VALUES, 0.5, 1)
    assert len(halves[SELECTION].clusters["held-out"]) == 0
    assert len(halves[REPORT].clusters["held-out"]) == 50
    none = split_by_cluster(VALUES, 0, 1)
    assert all(table.empty for table in none[SELECTION].tables.values())
    assert all(len(none[REPORT].tables[cell]) == len(t) for cell, t in VALUES.tables.items())


def test_a_held_out_triplet_goes_with_the_task_whose_cluster_it_shares():
    labels = dict(VALUES.clusters)
    labels["held-out"] = labels["qa"][:50]
    halves = split_by_cluster(type(VALUES)(VALUES.tables, labels, VALUES.kinds), 0.5, 1)
    selected, reported = (set(halves[half].clusters["held-out"]) for half in (SELECTION, REPORT))
    assert selected <= set(halves[SELECTION].clusters["qa"])
    assert reported <= set(halves[REPORT].clusters["qa"])
