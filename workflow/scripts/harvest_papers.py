"""Harvest arXiv's records over OAI-PMH into a folder of pages; goes on where it was stopped."""

import argparse
from pathlib import Path

from adiabatic.cli import command_line
from adiabatic.io.atomic import written_atomically
from adiabatic.io.errors import InputError
from adiabatic.sources.harvest import harvest
from adiabatic.sources.harvested_pages import Selection, count_records, write_list
from adiabatic.sources.oai_service import Manners, Service


def parser() -> argparse.ArgumentParser:
    """The options of this script."""
    options = command_line.parser(__doc__)
    options.add_argument("--url", required=True, help="base URL of the OAI-PMH service")
    options.add_argument("--contact", required=True, help="sent along: a mail address or a URL")
    options.add_argument("--sets", nargs="*", default=[], help="of the service; none: all records")
    options.add_argument(
        "--from", dest="start", help="first datestamp, YYYY-MM-DD; none: the earliest"
    )
    options.add_argument("--until", dest="end", help="last datestamp, YYYY-MM-DD; none: today")
    options.add_argument(
        "--seconds-between-requests", type=float, default=3, help="one request at a time"
    )
    options.add_argument(
        "--timeout-seconds", type=float, default=60, help="of silence, after which to ask again"
    )
    options.add_argument("--folder", type=Path, required=True, help="where the pages are kept")
    options.add_argument("--out", type=Path, required=True, help="JSON: list of the pages")
    return options


def main() -> None:
    arguments = parser().parse_args()
    manners = Manners(
        arguments.contact, arguments.seconds_between_requests, arguments.timeout_seconds
    )
    selection = Selection(tuple(arguments.sets), arguments.start, arguments.end)
    service = Service(arguments.url, manners, command_line.say)
    try:
        pages = harvest(service, arguments.folder, selection, command_line.say)
    finally:
        service.close()
    counts = count_records(arguments.folder, pages, selection.start, selection.end)
    if not counts.seen:
        raise InputError(
            f"{arguments.url}: no record found; papers.oai.sets, from and until need to allow some"
        )
    with written_atomically(arguments.out) as out:
        write_list(out, arguments.folder, selection, pages)
    command_line.say(
        f"{service.requests} requests; {len(pages)} pages in {arguments.folder}; "
        f"records: {command_line.in_words(counts)}"
    )


if __name__ == "__main__":
    command_line.run(main)
