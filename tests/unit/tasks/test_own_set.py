"""Bitexts, and a user's own sets."""

import gzip
import json

import pytest

from adiabatic.io.errors import InputError
from adiabatic.tasks.reading import read_task


@pytest.fixture
def write(tmp_path):
    def write(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return write


def test_lines_of_a_bitext_are_queries_and_documents(write):
    paths = [write("en.txt", "one\ntwo\ntwo\n"), write("x.deu", "eins\r\nzwei\u2028zwo\r\nzwei")]
    items, counts = read_task("bitext", paths, ["en", "de"], None)
    assert items["query"].tolist() == ["one", "two", "two", "eins", "zwei\u2028zwo", "zwei"]
    assert (items["query"] == items["document"]).all()
    assert items["item"].tolist() == ["1", "2", "3"] * 2
    assert (counts.lines, counts.used, counts.repeated_in_some_language) == (3, 3, 1)
    items, _ = read_task("bitext", paths, ["en", "de"], 1)
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
def test_a_bad_bitext_is_named(write, german, message):
    paths = [write("en", "one\ntwo\n"), write("de", german)]
    with pytest.raises(InputError, match=message):
        read_task("bitext", paths, ["en", "de"], None)


def test_as_many_files_as_languages_are_needed(write):
    with pytest.raises(InputError, match="2 files found for 3 languages"):
        read_task("bitext", [write("en", "one"), write("de", "eins")], ["en", "de", "fr"], None)


CSV = (
    "lang,question,answer,id\n"
    'en,"a ""first"", one",A,1\nen,second,C,2\nde,zweite,CC,2\nde,erste,AA,1\nde,erste,BB,1\n'
)
NAMES = {"query": "question", "document": "answer", "language": "lang"}


def test_ids_bring_languages_into_one_order(write):
    columns = NAMES | {"item": "id"}
    for path in (write("q.csv", CSV), write("q.csv.gz", gzip.compress(CSV.encode()))):
        items, counts = read_task("own", path, [], None, columns)
        assert items["item"].tolist() == ["1", "2", "1", "1", "2"]
        assert items["query"].tolist() == ['a "first", one', "second", "erste", "erste", "zweite"]
        assert items["document"].tolist() == ["A", "C", "AA", "BB", "CC"]
        assert counts.by_language == "en=2 de=2"
    items, _ = read_task("own", path, ["de", "en"], 1, columns)
    # The documents of the item that is not used are still searched.
    assert items["document"].tolist() == ["AA", "BB", "CC", "A", "C"]
    assert items["item"].notna().tolist() == [True, True, False, True, False]


def test_without_ids_rows_of_one_query_are_one_item(write):
    rows = [
        ("en", "q", "A"),
        ("en", "q", "B"),
        ("en", "r", "B"),
        ("de", "q", "C"),
        ("en", "q", "A"),
    ]
    lines = [dict(zip(("language", "query", "document"), row, strict=True)) for row in rows]
    path = write("q.jsonl", "\n".join(map(json.dumps, lines)))
    items, counts = read_task("own", path, [], None)
    assert items["item"].tolist() == ["1", "1", "3", "4"]
    assert (counts.rows, counts.repeated, counts.items, counts.used) == (5, 1, 3, 3)
    assert items["negative"].isna().all()


def test_with_a_negative_every_row_is_a_triplet(write):
    path = write("q.csv", "query,document,language,bad\nq,p,en,n\nq,p,en,m\n")
    items, _ = read_task("own", path, ["en"], None, {"negative": "bad"})
    assert items["item"].tolist() == ["2", "3"]
    assert items["negative"].tolist() == ["n", "m"]


@pytest.mark.parametrize(
    ("content", "columns", "languages", "message"),
    [
        (
            CSV,
            {},
            [],
            r"q\.csv, line 1: no column 'query' \(the query\) found; there are lang, que",
        ),
        (CSV, NAMES | {"item": "key"}, [], r"line 1: no column 'key' \(the item\) found"),
        (CSV, NAMES, ["en"], r"q\.csv, line 4: language 'de' found; allowed is en"),
        (CSV, NAMES, ["en", "de", "fr"], "no row in language 'fr' found"),
        ("query,document,language\nq, ,en\n", {}, [], "line 2: \"document\" is ' '"),
        ("query,document,language\nq,d\n", {}, [], "line 2: 2 columns found; the header has 3"),
        ('query,document,language\n"q"x,d,en\n', {}, [], "line 2: not CSV"),
        (b"query,document,language\nq,\xff,en\n", {}, [], "not UTF-8"),
        ("query,document,language\nq,d,?\n", {}, [], r"line 2: language '\?' found; a code such"),
        ("query,document,language\n", {}, [], "no row found"),
        ("", {}, [], "no column 'query' .* found; there are none"),
        (
            CSV + "fr,un,A,1\n",
            NAMES | {"item": "id"},
            [],
            "'2' found in language en, but not in fr",
        ),
        (
            CSV + "en,other,A,1\n",
            NAMES | {"item": "id"},
            [],
            "line 7: item '1' found again in lang",
        ),
        (
            CSV,
            NAMES | {"item": "id", "negative": "answer"},
            [],
            "item '1' found again in language de; one row",
        ),
    ],
)
def test_a_bad_own_set_is_named(write, content, columns, languages, message):
    path = write("q.csv", content)
    with pytest.raises(InputError, match=message):
        read_task("own", path, languages, None, columns)


def test_a_missing_key_of_a_line_is_named(write):
    path = write("q.jsonl", '{"query": "q", "language": "en"}\n')
    with pytest.raises(InputError, match=r'q\.jsonl, line 1: "document" is missing'):
        read_task("own", path, [], None)
