import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from records import squad, xnli_lines

from adiabatic.io.errors import InputError
from adiabatic.tasks.aligned_files import spaced
from adiabatic.tasks.reading import read_task


@pytest.fixture
def write(tmp_path):
    def write(language, content):
        text = content if isinstance(content, str) else json.dumps(content)
        (tmp_path / f"set-{language}").write_text(text, encoding="utf-8")
        return str(tmp_path / "set-{language}")

    return write


def lines(*premises):
    return "\n".join(line for premise in premises for line in xnli_lines(premise)) + "\n"


def test_xnli_items_hold_one_hypothesis_of_each_label(write):
    write("en", lines("one", "two"))
    items, counts = read_task("xnli", write("de", lines("eins", "zwei")), ["en", "de"], None)
    assert items["language"].tolist() == ["en", "en", "de", "de"]
    assert items["query"].tolist() == ["one", "two", "eins", "zwei"]
    assert items["entailment"].tolist()[3] == "zwei entailment"
    assert items["item"].tolist() == ["0", "1", "0", "1"]
    assert (counts.found, counts.incomplete, counts.used) == (2, 0, 2)


def test_a_premise_without_all_labels_is_excluded_and_counted(write):
    path = write("en", "lone\thypothesis\tneutral\n" + lines("one"))
    items, counts = read_task("xnli", path, ["en"], None)
    assert items["query"].tolist() == ["one"]
    assert (counts.found, counts.incomplete, counts.used) == (2, 1, 1)


def test_a_header_line_is_passed_over(write):
    items, _ = read_task(
        "xnli", write("en", "premise\thypothesis\tlabel\n" + lines("one")), ["en"], None
    )
    assert items["query"].tolist() == ["one"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("one\ttwo\n", "line 1: 2 columns"),
        ("a\tb\tmaybe\n", "line 1: label 'maybe' found; allowed is entailment, neutral"),
        ("\tb\tneutral\n", "line 1: an empty premise"),
        ("", "no line found"),
        ("a\tb\tneutral\n", "all three labels"),
    ],
)
def test_a_bad_xnli_line_is_named(write, content, message):
    with pytest.raises(InputError, match=message):
        read_task("xnli", write("en", content), ["en"], None)


def test_languages_that_do_not_line_up_are_an_error(write):
    write("en", lines("one", "two"))
    with pytest.raises(InputError, match=r"set-de: 3 items found; 6 are needed.*set-en"):
        read_task("xnli", write("de", lines("eins")), ["en", "de"], None)
    swapped = "\n".join(reversed(lines("eins", "zwei").strip().split("\n")))
    with pytest.raises(InputError, match="set-fr, item 1: label 'entailment' found"):
        read_task("xnli", write("fr", swapped), ["en", "fr"], None)


def test_one_file_never_serves_two_languages(write):
    path = write("en", lines("one")).replace("{language}", "en")
    with pytest.raises(InputError, match="one file found for 2 languages"):
        read_task("xnli", path, ["en", "de"], None)


def test_squad_keeps_passages_without_a_used_question(write):
    content = squad([("A", [("a1", "q1"), ("a2", "q2")]), ("B", [("b1", "q3")]), ("C", [])])
    items, counts = read_task("qa-retrieval", write("en", content), ["en"], 1)
    assert counts.found == 3
    assert counts.used == 1
    assert items["document"].tolist() == ["A", "B", "C"]
    assert items["query"].notna().tolist() == [True, False, False]


def test_squad_ids_must_line_up(write):
    write("en", squad([("A", [("a1", "q1")])]))
    path = write("de", squad([("A", [("a9", "q1")])]))
    with pytest.raises(InputError, match=r"item 1: question id 'a9' found.*has 'a1'"):
        read_task("qa-retrieval", path, ["en", "de"], None)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"data": [', "line 1: not JSON"),
        ({}, '"data" is None'),
        ({"data": [{"paragraphs": [{"qas": []}]}]}, r"paragraphs\[0\]: \"context\" is missing"),
        (squad([("A", [("x", "")])]), r"qas\[0\]: \"question\" is ''"),
        (squad([("A", [("x", "q"), ("x", "r")])]), "question id 'x' found twice"),
        (squad([("A", [])]), "no question found"),
        (squad([]), "no paragraph found"),
    ],
)
def test_bad_squad_is_named_by_place(write, content, message):
    with pytest.raises(InputError, match=message):
        read_task("qa-retrieval", write("en", content), ["en"], None)


def test_triplets_line_up_by_line(write):
    record = {"query": "q", "positive": "p", "negative": "n"}
    write("en", json.dumps(record) + "\n" + json.dumps(record) + "\n")
    path = write("de", json.dumps(record) + "\n" + json.dumps(record) + "\n")
    items, _ = read_task("triplets", path, ["en", "de"], 1)
    assert items["item"].tolist() == ["0", "0"]
    write("de", json.dumps(record) + "\n")
    with pytest.raises(InputError, match="1 items found; 2 are needed"):
        read_task("triplets", path, ["en", "de"], None)


@given(count=st.integers(0, 500), limit=st.none() | st.integers(1, 600))
def test_spaced_positions_are_distinct_ordered_and_as_many_as_asked(count, limit):
    chosen = spaced(count, limit).tolist()
    assert chosen == sorted(set(chosen))
    assert len(chosen) == (count if limit is None else min(count, limit))
    assert all(0 <= position < count for position in chosen)
