"""Harvested pages to papers.parquet: records a second, from pages on disk."""

import statistics
import tempfile
import time
from pathlib import Path
from xml.sax.saxutils import escape

from replicated import parser_with_snapshot, source_records

from adiabatic.sources.harvested_pages import (
    PageEntry,
    Selection,
    count_records,
    harvested_records,
    write_list,
    write_page,
)
from adiabatic.sources.papers import write_papers

PAGE = 1000


def write_pages(records: list[dict], count: int, folder: Path) -> list[PageEntry]:
    """Pages of 1,000 records in format `arXiv`, as the service sends them."""
    pages = []
    for start in range(0, count, PAGE):
        body = "".join(
            _record(records[number % len(records)], number) for number in range(start, start + PAGE)
        )
        content = (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
            "<responseDate>2024-06-30T00:00:00Z</responseDate><request/>"
            f"<ListRecords>{body}</ListRecords></OAI-PMH>"
        )
        entry = PageEntry(
            "", None, "2024-01-01", "2024-01-31", 1, None, None, PAGE, None, "2024-06-30"
        )
        pages.append(write_page(folder, f"{start}.xml.gz", content.encode(), entry))
    return pages


def _record(record: dict, number: int) -> str:
    texts = "".join(
        f"<{name}>{escape(record[name])}</{name}>" for name in ("title", "categories", "abstract")
    )
    author = "<author><keyname>Author</keyname><forenames>A.</forenames></author>"
    return (
        f"<record><header><identifier>oai:arXiv.org:{number:08d}</identifier>"
        "<datestamp>2024-01-15</datestamp><setSpec>cs</setSpec></header><metadata>"
        f'<arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>{number:08d}</id>'
        f"<created>2024-01-01</created><authors>{author * 4}</authors>{texts}"
        "<license>http://arxiv.org/licenses/nonexclusive-distrib/1.0/</license></arXiv>"
        "</metadata></record>\n"
    )


def main() -> None:
    parser = parser_with_snapshot(__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        records = source_records(arguments.snapshot, folder)
        pages = write_pages(records, arguments.records, folder)
        write_list(folder / "list.json", folder, Selection((), None, None), pages)
        steps = {
            "parse the pages": lambda: sum(map(len, harvested_records(folder / "list.json"))),
            "pages to papers.parquet": lambda: write_papers(
                harvested_records(folder / "list.json"), 100, folder / "papers.parquet"
            ),
            "count at the end of a harvest": lambda: count_records(folder, pages),
        }
        for what, step in steps.items():
            times = []
            for _ in range(arguments.repeats):
                start = time.perf_counter()
                step()
                times.append(time.perf_counter() - start)
            rate = arguments.records / statistics.median(times)
            print(f"{what:30} {rate:8,.0f} records/s", flush=True)


if __name__ == "__main__":
    main()
