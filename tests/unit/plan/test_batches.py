from hypothesis import given
from hypothesis import strategies as st

from adiabatic.plan.batches import batches, chunks
from adiabatic.plan.runs import SETTINGS, PlannedRun, planned

TUNING = dict.fromkeys(SETTINGS, 1) | {"learning_rates": [1e-8, 1e-6], "ablations": []}
JOINT = {"name": "joint", "method": "joint", "learning_rates": [1e-3], "seeds": [0, 1]}
BM25 = {"name": "bm25", "method": "bm25"}


def batched(size, **changes):
    runs = planned(TUNING | {"seeds": [0, 1, 2], "methods": [JOINT, BM25]} | changes)
    return [batch.names for batch in batches(runs, size)]


@given(things=st.lists(st.integers()), size=st.integers(1, 9))
def test_chunks_have_all_things_in_order_and_none_is_too_large(things, size):
    found = chunks(things, size)
    assert [thing for chunk in found for thing in chunk] == things
    assert all(1 <= len(chunk) <= size for chunk in found)


def test_a_job_makes_runs_of_one_group_and_rate():
    assert batched(2) == [
        ["lr1e-08-seed0", "lr1e-08-seed1"],
        ["lr1e-08-seed2"],
        ["lr1e-06-seed0", "lr1e-06-seed1"],
        ["lr1e-06-seed2"],
        # Each has vectors of documents of its own.
        ["joint-lr0.001-seed0"],
        ["joint-lr0.001-seed1"],
        ["bm25"],
    ]


def test_a_batch_is_named_by_its_first_run():
    (batch,) = batches([PlannedRun("a", "sweep"), PlannedRun("b", "sweep")], 5)
    assert batch.name == "a"
    assert batch.names == ["a", "b"]


def test_more_seeds_and_rates_leave_full_batches_as_they_are():
    before = batched(3)
    assert [names for names in before if names not in batched(3, seeds=[0, 1, 2, 3])] == []
    assert [n for n in before if n not in batched(3, learning_rates=[1e-8, 1e-7, 1e-6])] == []
