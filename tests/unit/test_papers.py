import gzip
import json

import pytest
from records import paper

from adiabatic.errors import InputError
from adiabatic.papers import read_snapshot


def test_line_breaks_and_spaces_are_folded_and_categories_split(write_lines):
    record = paper(1, title="A title\n  in two lines", abstract="  Text\nwith   breaks.\n")
    record["categories"] = "cs.CL  stat.ML"
    papers, _ = read_snapshot(write_lines("p.jsonl", [record]))
    row = papers.iloc[0]
    assert row["title"] == "A title in two lines"
    assert row["abstract"] == "Text with breaks."
    assert row["categories"] == ["cs.CL", "stat.ML"]
    assert str(row["updated"].date()) == "2020-01-01"


def test_gzip_reads_as_plain_does(write_lines, tmp_path):
    plain = write_lines("p.jsonl", [paper(i) for i in range(3)])
    zipped = tmp_path / "p.jsonl.gz"
    zipped.write_bytes(gzip.compress(plain.read_bytes()))
    assert read_snapshot(plain)[0].equals(read_snapshot(zipped)[0])


def test_the_newest_version_of_an_id_is_kept_and_counted(write_lines):
    records = [
        paper(1, title="new", date="2021-05-01"),
        paper(2),
        paper(1, title="old", date="2019-01-01"),
        paper(1, title="same day, later line", date="2021-05-01"),
    ]
    papers, counts = read_snapshot(write_lines("p.jsonl", records))
    assert papers["title"].tolist()[0] == "same day, later line"
    assert (counts.seen, counts.replaced, counts.kept) == (4, 2, 2)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"abstract": None}, 'line 2: "abstract" is missing'),
        ({"abstract": " "}, "line 2: \"abstract\" is ' '"),
        ({"title": 7}, 'line 2: "title" is 7'),
        ({"update_date": "May 2020"}, "line 2: \"update_date\" is 'May 2020'.*YYYY-MM-DD"),
    ],
)
def test_a_bad_record_is_named_by_file_and_line(write_lines, change, message):
    path = write_lines("p.jsonl", [paper(1), paper(2) | change])
    with pytest.raises(InputError, match=f"p.jsonl, {message}"):
        read_snapshot(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"id": \n', "line 1: not JSON"),
        (b"[1]\n", "line 1: .*JSON object"),
        (b'{"id": "\xff"}\n', "line 1: not UTF-8"),
        (b"\n", "no record"),
    ],
)
def test_a_bad_line_is_named(tmp_path, content, message):
    path = tmp_path / "p.jsonl"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_snapshot(path)


def test_a_truncated_gzip_file_is_one_line(tmp_path):
    path = tmp_path / "p.jsonl.gz"
    lines = "".join(json.dumps(paper(i)) + "\n" for i in range(2000))
    path.write_bytes(gzip.compress(lines.encode())[:-2000])
    with pytest.raises(InputError, match="not a whole gzip file"):
        read_snapshot(path)
