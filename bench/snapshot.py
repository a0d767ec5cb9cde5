"""Snapshot to papers.parquet: the streaming engine against a plain json.loads and pandas loop.

All read the same file in this process, in turns; ours first, so that its peak of memory is its own.
"""

import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from statistics import median

import pandas as pd
import pyarrow.parquet as pq
from replicated import parser_with_snapshot, source_records, write_snapshot

from adiabatic.sources.paper_texts import is_withdrawn, without_accents
from adiabatic.sources.papers import snapshot_records, write_papers

MINIMUM = 100


def ours(snapshot: Path, out: Path) -> None:
    write_papers(snapshot_records(snapshot), MINIMUM, out)


def plain_loop(snapshot: Path, out: Path) -> None:
    """What one would write at first: every record through json.loads, a list, and a frame."""
    rows = []
    with open(snapshot, encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            title = without_accents(" ".join(record["title"].split()))
            abstract = without_accents(" ".join(record["abstract"].split()))
            if len(abstract) < MINIMUM or is_withdrawn(abstract, record["comments"]):
                continue
            categories = record["categories"].split()
            rows.append((record["id"], title, abstract, categories, record["update_date"]))
    papers = pd.DataFrame(rows, columns=["id", "title", "abstract", "categories", "updated"])
    papers["updated"] = pd.to_datetime(papers["updated"])
    papers.drop_duplicates("id", keep="last").to_parquet(out, index=False)


def bare_loop(snapshot: Path, out: Path) -> None:
    """The same loop without what makes texts readable, and without leaving anything out."""
    rows = []
    with open(snapshot, encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            rows.append([record[name] for name in ("id", "title", "abstract", "categories")])
    papers = pd.DataFrame(rows, columns=["id", "title", "abstract", "categories"])
    papers.assign(categories=papers["categories"].str.split()).to_parquet(out, index=False)


def seconds(
    function: Callable[[Path, Path], None], snapshot: Path, out: Path
) -> tuple[float, float]:
    """Wall time, and processor time of all threads."""
    start, processor = time.perf_counter(), time.process_time()
    function(snapshot, out)
    return time.perf_counter() - start, time.process_time() - processor


def main() -> None:
    parser = parser_with_snapshot(__doc__)
    parser.add_argument("--records", type=int, default=300_000)
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    sides = {"ours": ours, "loop, same papers": plain_loop, "loop, bare": bare_loop}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        snapshot = folder / "snapshot.json"
        write_snapshot(source_records(arguments.snapshot, folder), arguments.records, snapshot)
        print(f"{arguments.records:,} records, {snapshot.stat().st_size / 1e9:.2f} GB")
        ours(snapshot, folder / "ours")
        print(f"ours, peak of memory: {getrusage(RUSAGE_SELF).ru_maxrss * 1024 / 1e9:.2f} GB")
        times: dict[str, list[tuple[float, float]]] = {side: [] for side in sides}
        for _ in range(arguments.repeats):
            for side, function in sides.items():
                times[side].append(seconds(function, snapshot, folder / side))
        for side in sides:
            wall, processor = (median(column) for column in zip(*times[side], strict=True))
            ratio = wall / median(seconds for seconds, _ in times["ours"])
            print(f"{side:18} {wall:6.1f} s   processor {processor:6.1f} s   ratio {ratio:4.1f}x")
        texts = [pq.read_table(folder / side)["abstract"].to_pylist() for side in list(sides)[:2]]
        print(f"same abstracts: {texts[0] == texts[1]}")


if __name__ == "__main__":
    main()
