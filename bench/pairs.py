"""Pairs at the size of arXiv: 10 pair files for 10,000 anchors, at several numbers of papers."""

import tempfile
from pathlib import Path

from measured import measured
from replicated import parser_with_snapshot, source_records, write_replicated_papers


def main() -> None:
    parser = parser_with_snapshot(__doc__)
    parser.add_argument("--papers", type=int, nargs="+", default=[588_000, 2_700_000])
    parser.add_argument("--anchors", type=int, default=10_000)
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        records = source_records(arguments.snapshot, folder)
        print(f"{len(records)} records, repeated under new ids, categories shuffled")
        for count in arguments.papers:
            papers = write_replicated_papers(records, count, folder)
            took = measured(
                "build_pairs", "--papers", papers, "--styles", "title", "first-sentence",
                "--levels", "random", "archive", "primary", "categories", "text",
                "--anchors", arguments.anchors, "--seed", 0, "--jobs", arguments.jobs,
                "--out", folder / "pairs",
            )  # fmt: skip
            each = took.seconds / count * 1e6
            print(f"{count:9,} papers: {took}   {each:6.1f} s a million papers", flush=True)


if __name__ == "__main__":
    main()
