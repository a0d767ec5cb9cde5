"""Pairs and an index: who matches, what is counted, and which vectors are tuned against."""

import numpy as np
import pandas as pd
import pytest
from planted_index import write_parquet

from adiabatic.encoding.corpora import document_texts
from adiabatic.index.blocks import IndexSettings
from adiabatic.index.matching import match_pairs, stand_in
from adiabatic.index.reading import read_index
from adiabatic.index.stored import StoredIndex
from adiabatic.io.errors import InputError

COUNT = 40
RNG = np.random.default_rng(0)
VECTORS = RNG.normal(size=(COUNT, 8)).astype(np.float32)
VECTORS /= np.linalg.norm(VECTORS, axis=1, keepdims=True)
# Every fourth document has no text.
TEXTS = [None if n % 4 == 3 else f"Passage number {n}." for n in range(COUNT)]
PAIRS = [{"query": f"q{n}", "positive_id": f"d{n}"} for n in range(COUNT)]


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    folder = tmp_path_factory.mktemp("index")
    ids = [f"d{n}" for n in range(COUNT)]
    path = write_parquet(folder / "i.parquet", ids, VECTORS, TEXTS)
    read_index(IndexSettings("parquet", path=str(path)), folder / "read", lambda line: None)
    return StoredIndex.of(folder / "read")


def encode(queries):
    """The query of document n is near it."""
    return VECTORS[[int(query[1:].split("-")[0]) for query in queries]]


@pytest.fixture
def match(index, write_lines):
    def run(records, limit=None, held_out=5, below=0.95):
        path = write_lines("pairs.jsonl", records)
        return match_pairs(path, index, encode, below, limit, held_out, 0)

    return run


def rows_of(matched, column):
    """The index's row of each triplet's document."""
    known = {text: row for row, text in enumerate(TEXTS) if text} | {
        stand_in(f"d{row}"): row for row in range(COUNT)
    }
    return matched.triplets[column].map(known).to_numpy()


def test_positives_are_found_by_id_and_by_text(match):
    texts = [
        {"query": f"q{n}-again", "positive": f"  passage NUMBER {n}"}
        for n in range(COUNT)
        if n % 4 < 3
    ]
    found = match(PAIRS + texts)
    counts = found.counts
    assert (counts.positives_by_id, counts.positives_by_text) == (COUNT, 30)
    assert counts.used == len(found.triplets) == counts.negatives_from_index == 70
    queries = found.triplets["query"].str.extract(r"q(\d+)")[0].astype(int).to_numpy()
    assert np.array_equal(rows_of(found, "positive"), queries)
    assert set(found.triplets["split"]) == {"train", "validation", "test"}


def test_vectors_are_those_of_the_corpus_that_tuning_reads(match, index):
    found = match(PAIRS)
    columns = ["positive", "negative"]
    assert document_texts([found.triplets], columns).tolist() == found.texts
    ((texts, vectors),) = found.vector_blocks(index, False)
    assert texts == found.texts
    assert np.array_equal(vectors, VECTORS[found.rows])
    known = dict(zip(found.texts, found.rows, strict=True))
    for column in columns:
        assert np.array_equal(found.triplets[column].map(known), rows_of(found, column))


def test_documents_without_text_are_told_apart(match):
    found = match(PAIRS)
    assert found.counts.without_text == sum(text is None for text in TEXTS)
    positives = found.triplets["positive"]
    assert positives.nunique() == COUNT
    assert stand_in("d3") in set(positives)


def test_what_is_not_in_the_index_is_counted_and_listed(match):
    others = [{"query": "q1", "positive": "no such passage"}, {"query": "q2", "positive_id": "x"}]
    found = match(PAIRS + others)
    assert found.counts.positives_not_in_index == 2
    assert found.counts.used == COUNT
    report = found.report()
    assert [row["query"] for row in report["first_positives_not_in_index"]] == ["q1", "q2"]
    assert report["first_positives_not_in_index"][1]["id"] == "x"


def test_repeated_pairs_are_counted(match):
    same = [{"query": "q1", "positive_id": "d1"}, {"query": "q2", "positive": TEXTS[2]}]
    found = match(PAIRS + same)
    assert (found.counts.duplicates, found.counts.used) == (2, COUNT)


def test_an_id_decides_and_another_text_is_counted(match):
    records = [*PAIRS[:20], *[pair | {"positive": "another text"} for pair in PAIRS[20:]]]
    records[24]["positive"] = TEXTS[24].upper()
    found = match(records)
    assert np.array_equal(np.sort(rows_of(found, "positive")), np.arange(COUNT))
    with_text = sum(text is not None for text in TEXTS[20:])
    assert found.counts.other_text == with_text - 1


def test_given_negatives_are_used_where_the_index_has_them(match):
    records = [dict(pair) for pair in PAIRS]
    records[0]["negative"] = TEXTS[9]
    records[1]["negative"] = "no such passage"
    # What a query has as a positive elsewhere is no negative for it.
    records[2]["negative"] = TEXTS[4]
    records.append({"query": "q2", "positive_id": "d4"})
    found = match(records)
    counts = found.counts
    assert (counts.given_negatives, counts.negatives_not_in_index) == (1, 2)
    first = found.triplets.set_index("query").loc["q0"]
    assert first["negative"] == TEXTS[9]


def test_forms_of_the_tuning_data_are_read(match):
    records = [
        {"query": f"q{n}", "pos": [TEXTS[n], "x"], "neg": [TEXTS[(n + 4) % COUNT]]}
        for n in range(COUNT)
        if n % 4 < 3
    ]
    found = match(records)
    assert found.counts.given_negatives == 30


def test_negatives_are_near_but_no_answers(match):
    found = match(PAIRS)
    positives, negatives = rows_of(found, "positive"), rows_of(found, "negative")
    scores = VECTORS @ VECTORS.T
    for positive, negative in zip(positives, negatives, strict=True):
        others = np.delete(scores[positive], positive)
        assert scores[positive, negative] == pytest.approx(others.max(), abs=1e-6)
    # A stricter bound passes over nearer ones.
    strict = match(PAIRS, below=0.3)
    assert strict.counts.too_close > 0
    rows = rows_of(strict, "positive"), rows_of(strict, "negative")
    assert scores[rows].max() < 0.3


def test_the_same_seed_gives_the_same_triplets_and_a_limit_fewer(match):
    first, second = match(PAIRS, limit=20), match(PAIRS, limit=20)
    pd.testing.assert_frame_equal(first.triplets, second.triplets)
    assert first.counts.used == 20


@pytest.mark.parametrize(
    ("records", "message"),
    [
        ([], "no pair found; at least one is needed"),
        ([{"query": "q1", "positive": "no"}], r"none of their positives is in the index \(the fi"),
        (PAIRS[:9], r"9 triplets found \(0 positives are not in the index\); more than 10"),
        ([{"query": "q1"}], r'line 1: keys \[\'query\'\] found; "query" with "positive", "pos" or'),
        ([{"query": "q1", "positive_id": 1.5}], 'line 1: "positive_id": 1.5 found as an id'),
        ([{"query": "q1", "pos": "text"}], r'line 1: "pos" is \'text\' \(a list of texts'),
        ([{"query": "", "positive": "x"}], "line 1: \"query\" is ''"),
    ],
)
def test_bad_pairs_are_named(match, records, message):
    with pytest.raises(InputError, match=message):
        match(records)
