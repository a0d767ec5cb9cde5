"""Read papers from a snapshot of arXiv's metadata, or from a harvest, into papers.parquet."""

import argparse
import dataclasses
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from adiabatic.cli import command_line
from adiabatic.io.atomic import written_atomically
from adiabatic.io.errors import InputError
from adiabatic.sources.harvested_pages import harvested_records
from adiabatic.sources.papers import PaperCounts, file_digest, snapshot_records, write_papers


def parser() -> argparse.ArgumentParser:
    """The options of this script."""
    options = command_line.parser(__doc__)
    source = options.add_mutually_exclusive_group(required=True)
    source.add_argument("--snapshot", type=Path, help="JSON lines, plain, .gz, .zst or .zip")
    source.add_argument("--harvest", type=Path, help="list of pages, as harvest_papers writes it")
    options.add_argument(
        "--min-abstract-length", type=int, default=100, help="of abstracts kept, in characters"
    )
    options.add_argument(
        "--provenance", type=Path, help="JSON: digest of the source, and the counts"
    )
    options.add_argument("--out", type=Path, required=True, help="papers.parquet")
    return options


def main() -> None:
    arguments = parser().parse_args()
    path = arguments.snapshot or arguments.harvest
    records = snapshot_records(path) if arguments.snapshot else harvested_records(path)
    with ThreadPoolExecutor(1) as thread:
        digest = thread.submit(file_digest, path)
        with written_atomically(arguments.out) as out:
            counts = write_papers(records, arguments.min_abstract_length, out)
            _check_kept(counts, path, arguments.min_abstract_length)
    if arguments.provenance:
        about = {"source": str(path), "bytes": path.stat().st_size, "sha256": digest.result()}
        with written_atomically(arguments.provenance) as out:
            text = json.dumps(about | {"records": dataclasses.asdict(counts)}, indent=2)
            out.write_text(text + "\n", encoding="utf-8")
    command_line.say(f"{path}: sha256 {digest.result()}")
    command_line.say(f"records: {command_line.in_words(counts)}")


def _check_kept(counts: PaperCounts, path: Path, minimum: int) -> None:
    if not counts.kept:
        raise InputError(
            f"{path}: no paper is left of {command_line.in_words(counts)} (short: abstracts of "
            f"fewer than {minimum} characters); at least one is needed"
        )


if __name__ == "__main__":
    command_line.run(main)
