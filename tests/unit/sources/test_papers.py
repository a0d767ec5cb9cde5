import gzip
import json
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from records import paper

from adiabatic.io.errors import InputError
from adiabatic.sources.papers import snapshot_records, write_papers


@pytest.fixture
def read(tmp_path):
    """Read a snapshot through to a frame; returns it and the counts."""

    def through(path, minimum=1):
        counts = write_papers(snapshot_records(path), minimum, tmp_path / "papers.parquet")
        return pq.read_table(tmp_path / "papers.parquet").to_pandas(), counts

    return through


def test_texts_are_folded_accents_are_letters_and_categories_are_split(read, write_lines):
    record = paper(1, title="A title of\n  Poincar\\'e", abstract="  Text\nwith   $\\'e$.\n")
    record["categories"] = "cs.CL  stat.ML"
    row = read(write_lines("p.jsonl", [record]))[0].iloc[0]
    assert row["title"] == "A title of Poincaré"
    assert row["abstract"] == "Text with $\\'e$."
    assert list(row["categories"]) == ["cs.CL", "stat.ML"]
    assert str(row["updated"].date()) == "2020-01-01"


@pytest.mark.parametrize("kind", ["gz", "zst", "zip", "two-part gz"])
def test_a_packed_file_reads_as_the_plain_one_does(read, write_lines, tmp_path, kind):
    plain = write_lines("p.jsonl", [paper(i) for i in range(30)])
    content, half = plain.read_bytes(), plain.read_bytes().index(b"\n") + 1
    packed = tmp_path / f"p.jsonl.{kind[-3:].strip()}"
    if kind == "gz":
        packed.write_bytes(gzip.compress(content))
    elif kind == "two-part gz":
        packed.write_bytes(gzip.compress(content[:half]) + gzip.compress(content[half:]))
    elif kind == "zst":
        packed.write_bytes(pa.compress(content, codec="zstd", asbytes=True))
    else:
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("arxiv.json", content)
            archive.writestr("README.txt", "about")
    assert read(plain)[0].equals(read(packed)[0])


def test_the_newest_version_of_an_id_is_kept_and_counted(read, write_lines):
    records = [
        paper(1, title="new", date="2021-05-01"),
        paper(2),
        paper(1, title="old", date="2019-01-01"),
        paper(1, title="same day, later line", date="2021-05-01"),
    ]
    papers, counts = read(write_lines("p.jsonl", records))
    assert papers["title"].tolist()[1] == "same day, later line"
    assert (counts.seen, counts.replaced, counts.kept) == (4, 2, 2)


def test_a_paper_that_was_withdrawn_later_is_gone(read, write_lines):
    records = [
        paper(1, date="2019-01-01"),
        paper(1, abstract="This paper has been withdrawn.", date="2020-01-01"),
        paper(2),
    ]
    papers, counts = read(write_lines("p.jsonl", records))
    assert papers["id"].tolist() == ["2001.00002"]
    assert (counts.replaced, counts.withdrawn, counts.kept) == (1, 1, 1)


def test_everything_excluded_is_counted(read, write_lines):
    records = [
        paper(1),
        paper(2, abstract="Too short."),
        paper(3, abstract="This paper has been withdrawn by the author."),
        paper(4) | {"comments": "This paper has been withdrawn"},
        paper(5) | {"abstract": " "},
        paper(6) | {"title": None},
        {key: value for key, value in paper(7).items() if key != "categories"},
        paper(1, date="2022-01-01"),
    ]
    papers, counts = read(write_lines("p.jsonl", records), minimum=20)
    assert papers["id"].tolist() == ["2001.00001"]
    assert (counts.seen, counts.kept, counts.short, counts.withdrawn) == (8, 1, 1, 2)
    assert (counts.incomplete, counts.replaced, counts.deleted) == (3, 1, 0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"id": None}, 'line 2: "id" is missing'),
        ({"abstract": ["text"]}, "line 2: \"abstract\" is \\['text'\\] \\(a string"),
        ({"title": 7}, 'line 2: "title" is 7'),
        ({"update_date": "May 2020"}, "line 2: \"update_date\" is 'May 2020'.*YYYY-MM-DD"),
        ({"id": " "}, "line 2: \"id\" is ' '"),
        ({"update_date": "2024-1-1"}, "line 2: \"update_date\" is '2024-1-1'"),
        ({"abstract": "half \ud800"}, 'line 2: "abstract" holds half a character'),
        ({"update_date": "2020-02-31"}, "line 2: \"update_date\" is '2020-02-31'"),
    ],
)
def test_a_bad_record_is_named_by_file_and_line(read, write_lines, change, message):
    path = write_lines("p.jsonl", [paper(1), paper(2) | change])
    with pytest.raises(InputError, match=f"p.jsonl, {message}"):
        read(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"id": \n', "line 1: not JSON"),
        (b"[1]\n", "line 1: .*JSON object"),
        (b'{"id": "\xff"}\n', "line 1: not UTF-8"),
        (b"\n", "no record"),
        (b"", "no record"),
    ],
)
def test_a_bad_line_is_named(read, tmp_path, content, message):
    path = tmp_path / "p.jsonl"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        read(path)


@pytest.mark.parametrize("suffix", ["gz", "zst", "zip"])
def test_half_an_archive_is_one_line(read, tmp_path, suffix):
    path = tmp_path / f"p.jsonl.{suffix}"
    lines = "".join(json.dumps(paper(i)) + "\n" for i in range(2000)).encode()
    packed = gzip.compress(lines) if suffix == "gz" else pa.compress(lines, "zstd", asbytes=True)
    path.write_bytes(packed[: len(packed) // 2])
    with pytest.raises(InputError, match=f"not a whole .{suffix} file"):
        read(path)


def test_a_text_in_another_encoding_is_named_by_its_line(read, write_lines):
    path = write_lines("p.jsonl", [paper(1), paper(2, title="Caf@")])
    path.write_bytes(path.read_bytes().replace(b"Caf@", b"Caf\xe9"))
    with pytest.raises(InputError, match=r"p\.jsonl, line 2: not UTF-8"):
        read(path)


def test_a_zip_as_macos_makes_it_is_read(read, tmp_path):
    path = tmp_path / "p.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("__MACOSX/._s.jsonl", b"\x00")
        archive.writestr("snapshot", json.dumps(paper(1)))
    assert read(path)[1].kept == 1


def test_a_zip_of_two_snapshots_is_one_line(read, tmp_path):
    path = tmp_path / "p.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.json", "{}")
        archive.writestr("b.json", "{}")
    with pytest.raises(InputError, match=r"a\.json, b\.json found in it; one"):
        read(path)
