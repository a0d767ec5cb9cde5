import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adiabatic.io.errors import InputError
from adiabatic.sources.tuning_data import read_tuning_data, splits, with_hard_negatives


def pair(number, **more):
    words = " ".join(f"w{number}x{i}" for i in range(5))
    return {"query": f"query {number}", "positive": f"passage {words}", **more}


def test_both_formats_give_the_same_triplets(write_lines):
    plain = [pair(i, negative=f"other {i}") for i in range(20)]
    marco = [
        {"query": p["query"], "pos": [p["positive"], "spare"], "neg": [p["negative"]]}
        for p in plain
    ]
    first, counts = read_tuning_data(write_lines("a.jsonl", plain), None, 3, 0)
    second, _ = read_tuning_data(write_lines("b.jsonl", marco), None, 3, 0)
    columns = ["query", "positive", "negative"]
    assert first[columns].equals(second[columns])
    assert counts.given_negatives == 20
    assert counts.chosen_negatives == 0


def test_a_random_negative_is_drawn_by_the_seed(write_lines):
    records = [
        {"query": f"q{i}", "pos": [f"p{i}"], "neg": [f"n{i}-{j}" for j in range(50)]}
        for i in range(20)
    ]
    path = write_lines("a.jsonl", records)
    draws = [read_tuning_data(path, None, 3, seed)[0]["negative"].tolist() for seed in (0, 0, 1)]
    assert draws[0] == draws[1]
    assert draws[0] != draws[2]


def test_a_missing_negative_is_the_closest_text_of_another_query():
    triplets = pd.DataFrame(
        {
            "query": ["a", "b", "c", "a"],
            "positive": [
                "red apple tree fruit",
                "red apple tree leaf",
                "blue sea water wave",
                "red apple tree root",
            ],
            "negative": [None, None, None, "given"],
        }
    )
    negatives = with_hard_negatives(triplets)["negative"].tolist()
    # The fourth passage answers the first query too, so it is no negative for it.
    assert negatives[0] == "red apple tree leaf"
    assert negatives[1] in ("red apple tree fruit", "red apple tree root")
    assert negatives[3] == "given"


def test_a_near_duplicate_is_never_a_negative():
    text = "one two three four five six seven eight nine ten eleven twelve thirteen"
    triplets = pd.DataFrame(
        {
            "query": ["a", "b", "c"],
            "positive": [text, text.upper() + "!", "one two other words"],
            "negative": [None, None, None],
        }
    )
    assert with_hard_negatives(triplets)["negative"].tolist()[0] == "one two other words"


@given(
    pairs=st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=10, max_size=80),
    held_out=st.integers(1, 4),
    seed=st.integers(0, 5),
)
def test_splits_share_no_query_and_no_passage(pairs, held_out, seed):
    triplets = pd.DataFrame(
        [(f"query {q}", f"passage {p}") for q, p in pairs], columns=["query", "positive"]
    )
    triplets["split"] = splits(triplets, held_out, np.random.default_rng(seed))
    for column in ("query", "positive"):
        assert (triplets.groupby(column)["split"].nunique() == 1).all()
    sizes = triplets["split"].value_counts()
    assert sizes.get("test", 0) <= held_out
    assert sizes.get("validation", 0) <= held_out


def test_without_shared_texts_the_splits_have_the_sizes_asked_for(write_lines):
    path = write_lines("a.jsonl", [pair(i, negative="n") for i in range(50)])
    triplets, _ = read_tuning_data(path, 40, 10, 0)
    assert triplets["split"].value_counts().to_dict() == {
        "train": 20,
        "validation": 10,
        "test": 10,
    }


def test_duplicates_are_counted(write_lines):
    records = [pair(i % 30, negative="n") for i in range(40)]
    _, counts = read_tuning_data(write_lines("a.jsonl", records), None, 3, 0)
    assert (counts.read, counts.duplicates, counts.used) == (40, 10, 30)


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({"query": "q"}, "line 31: keys .* found"),
        ({"query": "q", "positive": ""}, "line 31: \"positive\" is ''"),
        ({"query": "q", "pos": [], "neg": ["n"]}, 'line 31: "pos" is'),
        ({"query": "q", "pos": ["p"], "neg": [3]}, 'line 31: "neg" holds 3'),
        ({"positive": "p"}, 'line 31: "query" is missing'),
    ],
)
def test_a_bad_line_is_named(write_lines, record, message):
    path = write_lines("a.jsonl", [pair(i, negative="n") for i in range(30)] + [record])
    with pytest.raises(InputError, match=message):
        read_tuning_data(path, None, 3, 0)


def test_too_few_triplets_are_an_error(write_lines):
    path = write_lines("a.jsonl", [pair(i, negative="n") for i in range(6)])
    with pytest.raises(
        InputError, match=r"6 triplets found; more than 6 are needed.*validation: 3"
    ):
        read_tuning_data(path, None, 3, 0)
