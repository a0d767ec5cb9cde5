"""Snapshot to papers.parquet: the streaming engine against a plain json.loads and pandas loop.

Both read the same file in this process and write the same papers; ours first, so that its peak of
memory is its own.
"""

import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from resource import RUSAGE_SELF, getrusage

import pandas as pd
import pyarrow.parquet as pq
from replicated import parser_with_snapshot, source_records, write_snapshot

from adiabatic.paper_texts import is_withdrawn, without_accents
from adiabatic.papers import snapshot_records, write_papers

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


def seconds(function: Callable[[Path, Path], None], snapshot: Path, out: Path) -> float:
    start = time.perf_counter()
    function(snapshot, out)
    return time.perf_counter() - start


def main() -> None:
    parser = parser_with_snapshot(__doc__)
    parser.add_argument("--records", type=int, default=300_000)
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        snapshot = folder / "snapshot.json"
        write_snapshot(source_records(arguments.snapshot, folder), arguments.records, snapshot)
        print(f"{arguments.records:,} records, {snapshot.stat().st_size / 1e9:.2f} GB")
        times: dict[str, list[float]] = {"ours": [], "loop": []}
        for _ in range(arguments.repeats):
            times["ours"].append(seconds(ours, snapshot, folder / "ours.parquet"))
        peak = getrusage(RUSAGE_SELF).ru_maxrss * 1024
        for _ in range(arguments.repeats):
            times["loop"].append(seconds(plain_loop, snapshot, folder / "loop.parquet"))
        written = [pq.read_table(folder / f"{side}.parquet").to_pandas() for side in times]
        same = written[0]["abstract"].equals(written[1]["abstract"])
        ours_median, loop_median = (statistics.median(times[side]) for side in times)
        print(f"ours {ours_median:6.1f} s   peak {peak / 1e9:.2f} GB")
        print(f"loop {loop_median:6.1f} s")
        print(f"ratio {loop_median / ours_median:.1f}x   same abstracts: {same}")


if __name__ == "__main__":
    main()
