"""A harvest of arXiv's records over OAI-PMH: resumable, incremental, nothing lost or doubled.

The span of datestamps is asked for month by month: resumption tokens expire, and a window whose
token did starts again alone. What a complete window covered is never asked for again.
"""

import difflib
import time
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

from tqdm import tqdm

from adiabatic.io.errors import InputError
from adiabatic.sources.harvested_pages import (
    PageEntry,
    Selection,
    Window,
    append_entry,
    by_window,
    intact_entries,
    locked,
    page_headers,
    read_entries,
    write_page,
)
from adiabatic.sources.oai_pages import OAI, Header, ListPart, OaiError
from adiabatic.sources.oai_service import SAY, Answer, Service

FORMAT = "arXiv"
# How often a window may start again, or a page come twice, before the service is given up.
PATIENCE = 3
SECONDS_BETWEEN_LINES = 15


class EndedEarly(Exception):
    """A list ended before the service had sent as many records as it said there are."""


def harvest(service: Service, folder: Path, selection: Selection, say: SAY) -> list[PageEntry]:
    """Fetch what is missing of a selection into `folder`; returns all its pages, oldest first.

    Raises:
        InputError: the service gives up or refuses, a set is unknown, or the folder is in use,
            damaged, or holds the harvest of another service.
    """
    with locked(folder):
        entries = intact_entries(folder, read_entries(folder, service.url), say)
        earliest, today = _span(service)
        _check_sets(service, selection.sets)
        start, end = selection.start or earliest, min(selection.end or today, today)
        if start > end:
            raise InputError(f"papers.oai.from: {start} found; a day up to {end} is needed")
        names = selection.sets or (None,)
        windows = [w for name in names for w in missing_windows(entries, name, start, end)]
        if windows:
            say(f"{start} to {end}: windows of datestamps to fetch: {len(windows)}")
            _fetch_all(service, folder, windows, entries, say)
    return [
        page
        for window, pages in by_window(entries).items()
        if window.set in names and window.end >= start and window.start <= end
        for page in pages
    ]


def missing_windows(
    entries: Iterable[PageEntry], name: str | None, start: str, end: str
) -> list[Window]:
    """Windows of a set that cover the days from `start` to `end` that no complete window covers.

    An incomplete window comes first and keeps its bounds. A window that was answered on its last
    day does not cover that day: more may have changed since.
    """
    covered: set[str] = set()
    begun = []
    for window, pages in by_window(entries).items():
        if window.set != name or window.end < start or window.start > end:
            continue
        days = _days(window.start, window.end)
        if pages[-1].token:
            begun.append(window)
            covered.update(days)
        else:
            covered.update(day for day in days if day < pages[0].response_date[:10])
    missing = [day for day in _days(start, end) if day not in covered]
    return begun + [Window(name, *bounds) for bounds in _months(missing)]


def _fetch_all(
    service: Service, folder: Path, windows: list[Window], entries: list[PageEntry], say: SAY
) -> None:
    stored = by_window(entries)
    begun = sum(page.records for w in windows for page in stored.get(w, []) if stored[w][-1].token)
    progress = _Progress(_list_size(service, windows), begun, say)
    for window in windows:
        for restart in range(PATIENCE + 1):
            try:
                _fetch_window(service, folder, window, entries, progress, afresh=restart > 0)
                break
            except (OaiError, EndedEarly) as error:
                again = isinstance(error, EndedEarly) or error.code == "badResumptionToken"
                if not again or restart == PATIENCE:
                    raise InputError(f"{service.url}: {_shown(window)}: {error}") from None
                say(f"{_shown(window)}: {error}; this window starts again")
                progress.add(-sum(page.records for page in by_window(entries).get(window, [])))
    progress.close()


def _fetch_window(
    service: Service,
    folder: Path,
    window: Window,
    entries: list[PageEntry],
    progress: "_Progress",
    afresh: bool,
) -> None:
    """Fetch the pages of a window that are missing, each written before the next is asked for."""
    pages = [] if afresh else by_window(entries).get(window, [])
    if pages and not pages[-1].token:
        pages = []
    number, token = len(pages), pages[-1].token if pages else None
    previous = page_headers(folder, pages[-1]) if pages else []
    repeats, size = 0, None
    while number == 0 or token:
        answer = _ask_page(service, window, token)
        if isinstance(answer, OaiError):
            entry = _entry(service.url, window, None, answer.response_date)
            append_entry(folder, entry)
            entries.append(entry)
            return
        part = answer.part
        if _is_old(part, window, previous):
            repeats += 1
            if repeats > PATIENCE:
                raise InputError(
                    f"{service.url}: {_shown(window)}: an old page again and again; what is "
                    "harvested is kept, run again later"
                )
            progress.say(f"{_shown(window)}: an old page came, it is asked for again")
        else:
            size = size if part.size is None else part.size
            fetched = sum(page.records for page in pages) + len(part.headers)
            if not part.token and size is not None and fetched < size:
                raise EndedEarly(f"the list ended after {fetched} of {size} records")
            number += 1
            name = f"{window.set or 'all'}/{window.start}_{window.end}-{number:05d}.xml.gz"
            entry = _entry(service.url, window, part, answer.response_date, number)
            entry = write_page(folder, name.replace(":", "-"), answer.content, entry)
            entries.append(entry)
            pages = [*pages, entry]
            progress.add(entry.records, f"{_shown(window)}, page {number}")
            previous, token = part.headers, part.token


def _is_old(part: ListPart, window: Window, previous: list[Header]) -> bool:
    """Whether a page is the one before it, of another window, or empty: as a cache may send it."""
    days = [header.datestamp for header in part.headers]
    foreign = bool(days) and not any(window.start <= day <= window.end for day in days)
    return foreign or (part.headers == previous if days else part.token is not None)


def _ask_page(service: Service, window: Window, token: str | None) -> Answer | OaiError:
    """A page of a window, or the error that says that it has no records."""
    if token:
        return service.ask("ListRecords", resumptionToken=token)
    try:
        return service.ask("ListRecords", **_arguments(window))
    except OaiError as error:
        if error.code != "noRecordsMatch":
            raise
        return error


def _entry(
    url: str, window: Window, part: ListPart | None, response_date: str, number: int = 1
) -> PageEntry:
    return PageEntry(
        url=url,
        set=window.set,
        start=window.start,
        end=window.end,
        number=number,
        file=None,
        sha256=None,
        records=len(part.headers) if part else 0,
        token=part.token if part else None,
        response_date=response_date,
    )


def _span(service: Service) -> tuple[str, str]:
    """The earliest datestamp of a service, and today by its clock."""
    answer = _asked(service, "Identify")
    earliest = answer.element.findtext(f"{OAI}earliestDatestamp", "").strip()[:10]
    today = answer.response_date[:10]
    for day in (earliest, today):
        try:
            date.fromisoformat(day)
        except ValueError:
            raise InputError(f"{service.url}: Identify says {day!r}; a date is needed") from None
    return earliest, today


def _check_sets(service: Service, sets: tuple[str, ...]) -> None:
    if not sets:
        return
    try:
        known = [
            element.text.strip()
            for page in service.pages("ListSets")
            for element in page.iter(f"{OAI}setSpec")
        ]
    except OaiError as error:
        raise InputError(f"papers.oai.sets: {service.url} has no sets ({error})") from None
    for name in sets:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=5) + known[:20]
            raise InputError(
                f"papers.oai.sets: {name!r} found; {service.url} has {len(known)} sets, such as "
                f"{', '.join(dict.fromkeys(near))}"
            )


def _list_size(service: Service, windows: list[Window]) -> int | None:
    """Records of all windows, where the service tells it: one request a span without gaps."""
    total = 0
    for span in _joined(windows):
        try:
            part = service.ask("ListIdentifiers", attempts=1, **_arguments(span)).part
        except OaiError as error:
            if error.code == "noRecordsMatch":
                continue
            return None
        except InputError:
            return None
        if part.token and part.size is None:
            return None
        total += len(part.headers) if part.size is None else part.size
    return total


def _asked(service: Service, verb: str) -> Answer:
    try:
        return service.ask(verb)
    except OaiError as error:
        raise InputError(f"{service.url}: {verb}: {error}") from None


def _arguments(window: Window) -> dict[str, str | None]:
    return {
        "metadataPrefix": FORMAT,
        "set": window.set,
        "from": window.start,
        "until": window.end,
    }


def _days(start: str, end: str) -> list[str]:
    first, last = date.fromisoformat(start), date.fromisoformat(end)
    return [str(first + timedelta(days)) for days in range((last - first).days + 1)]


def _months(days: list[str]) -> list[tuple[str, str]]:
    """First and last day of each run of days without gaps within one month."""
    spans: list[tuple[str, str]] = []
    for day in days:
        if spans and spans[-1][1][:7] == day[:7] and _follows(spans[-1][1], day):
            spans[-1] = (spans[-1][0], day)
        else:
            spans.append((day, day))
    return spans


def _joined(windows: list[Window]) -> list[Window]:
    """Windows of one set that follow each other as one."""
    joined: list[Window] = []
    for window in sorted(windows, key=lambda window: (window.set or "", window.start)):
        if joined and joined[-1].set == window.set and _follows(joined[-1].end, window.start):
            joined[-1] = Window(window.set, joined[-1].start, window.end)
        else:
            joined.append(window)
    return joined


def _follows(day: str, next_day: str) -> bool:
    return date.fromisoformat(day) + timedelta(1) == date.fromisoformat(next_day)


def _shown(window: Window) -> str:
    return f"{window.set or 'all sets'} {window.start} to {window.end}"


class _Progress:
    """Records fetched, of how many, and time left: a bar on a terminal, lines in a log."""

    def __init__(self, total: int | None, begun: int, say: SAY):
        self.total, self.begun, self.done = total, begun, begun
        self.started = self.said = time.monotonic()
        self._say = say
        self.bar = tqdm(total=total, initial=begun, unit=" records", disable=None)

    def add(self, records: int, where: str = "") -> None:
        """Count records; a negative number takes back those of a window that starts again."""
        self.done += records
        self.bar.update(records)
        now = time.monotonic()
        if self.bar.disable and where and now - self.said > SECONDS_BETWEEN_LINES:
            self.said = now
            self.say(f"{where}: {self._state(now)}")

    def say(self, line: str) -> None:
        """A line that does not tear the bar."""
        with tqdm.external_write_mode():
            self._say(line)

    def close(self) -> None:
        """Finish the bar, or say the last line."""
        self.bar.close()
        if self.bar.disable:
            self._say(f"fetched: {self._state(time.monotonic())}")

    def _state(self, now: float) -> str:
        if not self.total:
            return f"{self.done:,} records"
        rate = (self.done - self.begun) / max(now - self.started, 1e-9)
        left = f"{timedelta(seconds=round((self.total - self.done) / rate))}" if rate else "unknown"
        return f"{self.done:,} of {self.total:,} records, time left {left}"
