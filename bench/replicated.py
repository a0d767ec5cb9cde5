"""Large inputs for the benchmarks: records repeated under new ids."""

import argparse
import gzip
import json
import textwrap
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from adiabatic.io.json_lines import read_records
from adiabatic.sources.papers import PAPERS, snapshot_records, write_papers

# The fields of the published snapshot that papers do not need, at their usual length.
OTHER_FIELDS = {
    "submitter": "A. Submitter",
    "authors": "A. Submitter, B. Author, C. Author and D. Author",
    "comments": "12 pages, 5 figures; accepted for publication",
    "journal-ref": "J. Res. 12 (2020) 345-367",
    "doi": "10.1000/j.res.2020.12.345",
    "report-no": None,
    "license": "http://arxiv.org/licenses/nonexclusive-distrib/1.0/",
    "versions": [{"version": "v1", "created": "Mon, 2 Apr 2007 19:18:42 GMT"}] * 2,
    "authors_parsed": [["Submitter", "A.", ""], ["Author", "B.", ""], ["Author", "C.", ""]],
}


def parser_with_snapshot(description: str | None) -> argparse.ArgumentParser:
    """A parser of the arguments that all benchmarks share."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    parser.add_argument(
        "--snapshot", type=Path, help="records to repeat; none: the synthetic world"
    )
    return parser


def source_records(path: Path | None, folder: Path) -> list[dict]:
    """Records of a snapshot, or, without one, of an synthetic world that is made in `folder`."""
    if path is None:
        from measured import measured

        measured(
            "make_world", "--papers", 3000, "--triplets", 100, "--premises", 10, "--passages", 10,
            "--sentences", 100, "--seed", 42, "--out", folder / "world",
        )  # fmt: skip
        path = folder / "world" / "papers.jsonl"
    return [record for _, record in read_records(path)]


def write_snapshot(records: list[dict], count: int, path: Path) -> None:
    """A snapshot of `count` lines with all fields of the published one, abstracts wrapped."""
    lines = []
    for record in records:
        wrapped = "  " + "\n".join(textwrap.wrap(record["abstract"], 78)) + "\n"
        lines.append(json.dumps(OTHER_FIELDS | record | {"id": "ID", "abstract": wrapped}))
    with open(path, "w", encoding="utf-8") as file:
        for number in range(count):
            line = lines[number % len(lines)]
            file.write(line.replace('"ID"', f'"{number // 99999:04d}.{number % 99999:05d}"', 1))
            file.write("\n")


def write_replicated_papers(records: list[dict], count: int, folder: Path) -> Path:
    """papers.parquet of `count` papers: copies under new ids, their categories shuffled."""
    once, path = folder / "once.parquet", folder / f"papers-{count}.parquet"
    snapshot = folder / "once.jsonl.gz"
    with gzip.open(snapshot, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(record) + "\n" for record in records)
    write_papers(snapshot_records(snapshot), 100, once)
    papers = pq.read_table(once)
    rng = np.random.default_rng(0)
    with pq.ParquetWriter(path, PAPERS) as writer:
        for start in range(0, count, len(papers)):
            copy = papers.slice(0, min(len(papers), count - start))
            ids = pa.array([f"{number:08d}" for number in range(start, start + len(copy))])
            shuffled = papers["categories"].take(pa.array(rng.permutation(len(papers))))
            copy = copy.set_column(0, "id", ids)
            writer.write_table(copy.set_column(3, "categories", shuffled.slice(0, len(copy))))
    return path
