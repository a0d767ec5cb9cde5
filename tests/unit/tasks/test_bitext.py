import pytest

from adiabatic.io.errors import InputError
from adiabatic.tasks.bitext import read_bitext
from adiabatic.tasks.files import TaskFiles


def read(paths, languages, limit=None):
    return read_bitext(TaskFiles(paths, languages, limit))


def test_lines_of_a_bitext_are_queries_and_documents(write_file):
    paths = [
        write_file("en.txt", "one\ntwo\ntwo\n"),
        write_file("x.deu", "eins\r\nzwei\u2028zwo\r\nzwei"),
    ]
    items, counts = read(paths, ["en", "de"])
    assert items["query"].tolist() == ["one", "two", "two", "eins", "zwei\u2028zwo", "zwei"]
    assert (items["query"] == items["document"]).all()
    assert items["item"].tolist() == ["1", "2", "3"] * 2
    assert (counts.lines, counts.used, counts.repeated_in_some_language) == (3, 3, 1)
    items, _ = read(paths, ["en", "de"], 1)
    assert items["query"].tolist() == ["one", "eins"]


@pytest.mark.parametrize(
    ("german", "message"),
    [
        (b"eins\n", r"de: 1 items found; 2 are needed to line up with .*en$"),
        (b"eins\n\nzwei\n", "de, line 2: an empty line found"),
        (b"", "de: no line found"),
        (b"eins\n\xff\n", "de: not UTF-8"),
    ],
)
def test_a_bad_bitext_is_named(write_file, german, message):
    paths = [write_file("en", "one\ntwo\n"), write_file("de", german)]
    with pytest.raises(InputError, match=message):
        read(paths, ["en", "de"])
