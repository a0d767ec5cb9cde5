import pytest
from records import squad

from adiabatic.io.errors import InputError
from adiabatic.tasks.files import TaskFiles
from adiabatic.tasks.squad import read_squad


def read(path, languages, limit=None):
    return read_squad(TaskFiles([path], languages, limit))


def test_squad_keeps_passages_without_a_used_question(in_language):
    content = squad([("A", [("a1", "q1"), ("a2", "q2")]), ("B", [("b1", "q3")]), ("C", [])])
    items, counts = read(in_language("en", content), ["en"], 1)
    assert counts.found == 3
    assert counts.used == 1
    assert items["document"].tolist() == ["A", "B", "C"]
    assert items["query"].notna().tolist() == [True, False, False]


def test_squad_ids_must_line_up(in_language):
    in_language("en", squad([("A", [("a1", "q1")])]))
    path = in_language("de", squad([("A", [("a9", "q1")])]))
    with pytest.raises(InputError, match=r"item 1: question id 'a9' found.*has 'a1'"):
        read(path, ["en", "de"])


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
def test_bad_squad_is_named_by_place(in_language, content, message):
    with pytest.raises(InputError, match=message):
        read(in_language("en", content), ["en"])
