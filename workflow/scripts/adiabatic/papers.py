"""Papers from a file in the arXiv metadata format (JSON lines, one record a line)."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd

from adiabatic.errors import InputError, shown
from adiabatic.json_lines import read_records, text_of


@dataclass(frozen=True)
class PaperCounts:
    """What became of the records of a snapshot."""

    seen: int
    replaced: int
    kept: int


def read_snapshot(path: Path) -> tuple[pd.DataFrame, PaperCounts]:
    """Papers of a snapshot, in the order of their ids; of records with one id the newest is kept.

    Line breaks and runs of spaces inside titles and abstracts are folded to one space.

    Args:
        path: JSON lines, plain or .gz, with id, title, abstract, categories (space-separated, the
            first one being the primary) and update_date (YYYY-MM-DD).
    Returns:
        A frame with id, title, abstract, categories (list), updated; and the counts.
    Raises:
        InputError: a line is not as above, or there is none.
    """
    rows = []
    for number, record in read_records(path):
        where = f"{path}, line {number}"
        rows.append(
            (
                text_of(record, "id", where).strip(),
                folded(text_of(record, "title", where)),
                folded(text_of(record, "abstract", where)),
                text_of(record, "categories", where).split(),
                _date(text_of(record, "update_date", where), where),
            )
        )
    if not rows:
        raise InputError(f"{path}: no record found; at least one is needed")
    papers = pd.DataFrame(rows, columns=["id", "title", "abstract", "categories", "updated"])
    # A stable sort keeps the order of the file among records of one day: the last one wins.
    newest = papers.sort_values("updated", kind="stable").drop_duplicates("id", keep="last")
    newest = newest.sort_values("id", ignore_index=True)
    return newest, PaperCounts(len(papers), len(papers) - len(newest), len(newest))


def folded(text: str) -> str:
    """Text with line breaks and runs of spaces folded to one space."""
    return " ".join(text.split())


def _date(text: str, where: str) -> datetime:
    try:
        return datetime.strptime(text.strip(), "%Y-%m-%d")
    except ValueError:
        raise InputError(
            f'{where}: "update_date" is {shown(text)} (a date as YYYY-MM-DD is needed)'
        ) from None
