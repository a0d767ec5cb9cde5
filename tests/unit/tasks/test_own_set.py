import gzip
import json

import pytest

from adiabatic.io.errors import InputError
from adiabatic.tasks.files import TaskFiles
from adiabatic.tasks.own_set import read_own_set


def read(path, languages, limit, columns=None):
    return read_own_set(TaskFiles([path], languages, limit, columns or {}))


CSV = (
    "lang,question,answer,id\n"
    'en,"a ""first"", one",A,1\nen,second,C,2\nde,zweite,CC,2\nde,erste,AA,1\nde,erste,BB,1\n'
)
NAMES = {"query": "question", "document": "answer", "language": "lang"}


def test_ids_bring_languages_into_one_order(write_file):
    columns = NAMES | {"item": "id"}
    for path in (write_file("q.csv", CSV), write_file("q.csv.gz", gzip.compress(CSV.encode()))):
        items, counts = read(path, [], None, columns)
        assert items["item"].tolist() == ["1", "2", "1", "1", "2"]
        assert items["query"].tolist() == ['a "first", one', "second", "erste", "erste", "zweite"]
        assert items["document"].tolist() == ["A", "C", "AA", "BB", "CC"]
        assert counts.by_language == "en=2 de=2"
    items, _ = read(path, ["de", "en"], 1, columns)
    # The documents of the item that is not used are still searched.
    assert items["document"].tolist() == ["AA", "BB", "CC", "A", "C"]
    assert items["item"].notna().tolist() == [True, True, False, True, False]


def test_without_ids_rows_of_one_query_are_one_item(write_file):
    rows = [
        ("en", "q", "A"),
        ("en", "q", "B"),
        ("en", "r", "B"),
        ("de", "q", "C"),
        ("en", "q", "A"),
    ]
    lines = [dict(zip(("language", "query", "document"), row, strict=True)) for row in rows]
    path = write_file("q.jsonl", "\n".join(map(json.dumps, lines)))
    items, counts = read(path, [], None)
    assert items["item"].tolist() == ["1", "1", "3", "4"]
    assert (counts.rows, counts.repeated, counts.items, counts.used) == (5, 1, 3, 3)
    assert items["negative"].isna().all()


def test_with_a_negative_every_row_is_a_triplet(write_file):
    path = write_file("q.csv", "query,document,language,bad\nq,p,en,n\nq,p,en,m\n")
    items, _ = read(path, ["en"], None, {"negative": "bad"})
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
def test_a_bad_own_set_is_named(write_file, content, columns, languages, message):
    path = write_file("q.csv", content)
    with pytest.raises(InputError, match=message):
        read(path, languages, None, columns)


def test_a_missing_key_of_a_line_is_named(write_file):
    path = write_file("q.jsonl", '{"query": "q", "language": "en"}\n')
    with pytest.raises(InputError, match=r'q\.jsonl, line 1: "document" is missing'):
        read(path, [], None)
