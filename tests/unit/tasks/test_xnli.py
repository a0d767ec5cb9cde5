import pytest
from records import xnli_lines

from adiabatic.io.errors import InputError
from adiabatic.tasks.files import TaskFiles
from adiabatic.tasks.xnli import read_xnli


def read(path, languages):
    return read_xnli(TaskFiles([path], languages))


def lines(*premises):
    return "\n".join(line for premise in premises for line in xnli_lines(premise)) + "\n"


def test_xnli_items_hold_one_hypothesis_of_each_label(in_language):
    in_language("en", lines("one", "two"))
    items, counts = read(in_language("de", lines("eins", "zwei")), ["en", "de"])
    assert items["language"].tolist() == ["en", "en", "de", "de"]
    assert items["query"].tolist() == ["one", "two", "eins", "zwei"]
    assert items["entailment"].tolist()[3] == "zwei entailment"
    assert items["item"].tolist() == ["0", "1", "0", "1"]
    assert (counts.found, counts.incomplete, counts.used) == (2, 0, 2)


def test_a_premise_without_all_labels_is_excluded_and_counted(in_language):
    path = in_language("en", "lone\thypothesis\tneutral\n" + lines("one"))
    items, counts = read(path, ["en"])
    assert items["query"].tolist() == ["one"]
    assert (counts.found, counts.incomplete, counts.used) == (2, 1, 1)


def test_a_header_line_is_passed_over(in_language):
    path = in_language("en", "premise\thypothesis\tlabel\n" + lines("one"))
    items, _ = read(path, ["en"])
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
def test_a_bad_xnli_line_is_named(in_language, content, message):
    with pytest.raises(InputError, match=message):
        read(in_language("en", content), ["en"])


def test_languages_that_do_not_line_up_are_an_error(in_language):
    in_language("en", lines("one", "two"))
    with pytest.raises(InputError, match=r"set-de: 3 items found; 6 are needed.*set-en"):
        read(in_language("de", lines("eins")), ["en", "de"])
    swapped = "\n".join(reversed(lines("eins", "zwei").strip().split("\n")))
    with pytest.raises(InputError, match="set-fr, item 1: label 'entailment' found"):
        read(in_language("fr", swapped), ["en", "fr"])
