"""The folder of a harvest: every answer as it came, and `pages.jsonl`, a line for each.

The line is written after the page, so a kill at any moment costs the page that was being fetched.
"""

import dataclasses
import gzip
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from filelock import FileLock, Timeout

from adiabatic.io.errors import InputError
from adiabatic.sources.oai_pages import Header, answered, list_part, page_records, parse_answer

PAGES = "pages.jsonl"
# Records that are handed on at a time when pages are read.
CHUNK = 10_000


@dataclass(frozen=True)
class Selection:
    """What is harvested: sets (none: all of the archive), first and last datestamp (or None)."""

    sets: tuple[str, ...]
    start: str | None
    end: str | None


@dataclass(frozen=True)
class Window:
    """A part of the harvest that is asked for as one list: a set and a span of datestamps."""

    set: str | None
    start: str
    end: str


@dataclass(frozen=True)
class PageEntry:
    """A line of pages.jsonl: one complete page of a window, and where its list goes on.

    A list without records has no file. The last page of a list has no token.
    """

    url: str
    set: str | None
    start: str
    end: str
    number: int
    file: str | None
    sha256: str | None
    records: int
    token: str | None
    response_date: str

    @property
    def window(self) -> Window:
        """The window that the page belongs to."""
        return Window(self.set, self.start, self.end)


@dataclass(frozen=True)
class HarvestCounts:
    """Records over all pages: every one is seen; of one identifier the newest stays."""

    seen: int
    deleted: int
    replaced: int
    kept: int


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Two harvests at a time would be two requests at a time."""
    lock = FileLock(folder / ".lock")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout:
        raise InputError(f"papers.path: another harvest is writing to {folder}") from None
    except OSError as error:
        raise InputError(
            f"papers.path: {folder} cannot be written to ({error.strerror}); a folder is needed"
        ) from None
    try:
        yield
    finally:
        lock.release()


def write_page(folder: Path, name: str, content: bytes, entry: PageEntry) -> PageEntry:
    """Write a page, then its line; returns the entry with the file's name and digest."""
    # Without a time in it, the same answer has the same bytes.
    packed = gzip.compress(content, mtime=0)
    digest = hashlib.sha256(packed).hexdigest()
    entry = dataclasses.replace(entry, file=name, sha256=digest)
    path = folder / name
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(".part")
        with open(temporary, "wb") as file:
            file.write(packed)
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror})") from None
    append_entry(folder, entry)
    return entry


def append_entry(folder: Path, entry: PageEntry) -> None:
    path = folder / PAGES
    try:
        with open(path, "a", encoding="utf-8") as file:
            file.write(json.dumps(dataclasses.asdict(entry)) + "\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror})") from None


def read_entries(folder: Path, url: str) -> list[PageEntry]:
    """The lines of pages.jsonl; half a line at its end, left by a kill, is cut off."""
    path = folder / PAGES
    if not path.exists():
        return []
    text = path.read_bytes()
    whole = text[: text.rfind(b"\n") + 1]
    if whole != text:
        os.truncate(path, len(whole))
    entries = []
    for number, line in enumerate(whole.decode().splitlines(), start=1):
        try:
            entries.append(PageEntry(**json.loads(line)))
        except (ValueError, TypeError) as error:
            raise InputError(f"{path}, line {number}: not a line of a harvest ({error})") from None
    if entries and entries[0].url != url:
        raise InputError(
            f"papers.path: {folder} holds a harvest of {entries[0].url}; papers.oai.url: {url} "
            "needs a folder of its own"
        )
    return entries


def intact_entries(
    folder: Path, entries: list[PageEntry], say: Callable[[str], None]
) -> list[PageEntry]:
    """The entries without those of windows of which a page is gone or is not what was written."""
    damaged = set()
    for window, pages in by_window(entries).items():
        for page in pages:
            if not page.file:
                continue
            try:
                _packed_page(folder, page.file, page.sha256)
            except InputError as error:
                say(f"{error}; its window is fetched again")
                damaged.add(window)
    return [entry for entry in entries if entry.window not in damaged]


def by_window(entries: Iterable[PageEntry]) -> dict[Window, list[PageEntry]]:
    """The valid pages of each window, in the order in which the windows were last begun.

    A first page makes void whatever was fetched of its window before.
    """
    windows: dict[Window, list[PageEntry]] = {}
    for entry in entries:
        if entry.number == 1:
            windows.pop(entry.window, None)
        windows.setdefault(entry.window, []).append(entry)
    return windows


def _read_page(folder: Path, file: str, digest: str) -> bytes:
    return gzip.decompress(_packed_page(folder, file, digest))


def _packed_page(folder: Path, file: str, digest: str) -> bytes:
    path = folder / file
    try:
        packed = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    if hashlib.sha256(packed).hexdigest() != digest:
        raise InputError(f"{path}: not the page that was harvested (harvest_papers mends it)")
    return packed


def page_headers(folder: Path, page: PageEntry) -> list[Header]:
    if not page.file:
        return []
    root = parse_answer(_read_page(folder, page.file, page.sha256))
    return list_part(answered(root, "ListRecords")).headers


def harvested_records(list_file: Path) -> Iterator[pa.Table]:
    """Records of the pages that a list (see `write_list`) names, as `papers.write_papers` takes.

    Raises:
        InputError: the list or a page cannot be read, or a page is not the one harvested.
    """
    try:
        listed = json.loads(list_file.read_text(encoding="utf-8"))
        folder, start, end = Path(listed["folder"]), listed["from"], listed["until"]
        pages = [(page["file"], page["sha256"]) for page in listed["pages"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{list_file}: not a list of harvested pages ({error!r})") from None
    tables, rows = [], 0
    for file, digest in pages:
        table = page_records(parse_answer(_read_page(folder, file, digest)))
        days = table["update_date"]
        table = table.filter(pc.and_(pc.greater_equal(days, start), pc.less_equal(days, end)))
        tables.append(table)
        rows += len(table)
        if rows >= CHUNK:
            yield pa.concat_tables(tables)
            tables, rows = [], 0
    if rows:
        yield pa.concat_tables(tables)


def write_list(path: Path, folder: Path, selection: Selection, pages: list[PageEntry]) -> None:
    """The pages of a selection as JSON: the folder, the span of datestamps, files and digests."""
    listed = {
        "url": pages[0].url,
        "sets": list(selection.sets),
        "from": selection.start or min(page.start for page in pages),
        "until": selection.end or max(page.end for page in pages),
        "folder": str(folder.resolve()),
        "pages": [{"file": page.file, "sha256": page.sha256} for page in pages if page.file],
    }
    path.write_text(json.dumps(listed, indent=1) + "\n", encoding="utf-8")


def count_records(
    folder: Path, pages: list[PageEntry], start: str | None = None, end: str | None = None
) -> HarvestCounts:
    """What all pages together hold of the datestamps from `start` to `end`."""
    headers: list[Header] = []
    for page in pages:
        headers.extend(
            header
            for header in page_headers(folder, page)
            if (start or "") <= header.datestamp <= (end or "9999")
        )
    found = pd.DataFrame(headers, columns=["identifier", "datestamp", "deleted"])
    newest = found.sort_values("datestamp", kind="stable").drop_duplicates(
        "identifier", keep="last"
    )
    deleted = int(newest["deleted"].astype(bool).sum())
    return HarvestCounts(
        seen=len(found),
        deleted=deleted,
        replaced=len(found) - len(newest),
        kept=len(newest) - deleted,
    )
