"""A user's own evaluation set: one CSV or JSON-lines file with a column of languages."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from adiabatic.io.errors import InputError, shown
from adiabatic.io.json_lines import UNREADABLE, opened, read_records, text_of
from adiabatic.tasks.aligned_files import spaced
from adiabatic.tasks.files import TaskFiles

# What a column of the file may hold, and its name where the configuration names none.
DEFAULT_COLUMNS = {"query": "query", "document": "document", "language": "language"}
OPTIONAL_COLUMNS = ("item", "negative")
_LANGUAGE = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


@dataclass(frozen=True)
class OwnSetCounts:
    """What became of the rows of a user's own set; items, found and used, are of all languages."""

    rows: int
    repeated: int
    items: int
    used: int
    by_language: str


def read_own_set(task: TaskFiles) -> tuple[pd.DataFrame, OwnSetCounts]:
    """Items of a set whose rows have a query, a relevant document and a language.

    With a negative every row is a triplet. Without, the document is searched among all documents of
    a language; rows that share the item id (without ids: the query's text) are one item with
    several relevant documents. With ids, which all languages must share, queries of each language
    meet the documents of every language; without, only those of their own.

    Args:
        task: its columns are query, document, language, item and negative; the first three have
            default names, the others are not read unless named. Its languages are those that the
            file must have, and no others; none for whatever it has.
    Returns:
        A frame with language, item, query, document and negative (None where there is none), in
        which all languages have shared items in the same order; a document of no used item has no
        item and no query. And the counts.
    Raises:
        InputError: a column or text is missing, a language is not allowed, or ids do not line up.
    """
    path, languages = Path(task.paths[0]), task.languages
    columns = DEFAULT_COLUMNS | task.columns
    rows = pd.DataFrame(_rows(path, columns, languages))
    if rows.empty:
        raise InputError(f"{path}: no row found; at least one is needed")
    _check_languages(path, rows, languages)
    texts = [name for name in rows if name != "line"]
    distinct = rows.drop_duplicates(texts, ignore_index=True)
    whole = _with_items(path, distinct, "item" in columns, "negative" in columns)
    order = languages or whole["language"].unique().tolist()
    frames = [_chosen(whole[whole["language"] == language], task.limit) for language in order]
    items = pd.concat(frames, ignore_index=True)
    counted = whole.groupby("language", sort=False)["item"].nunique()[order]
    counts = OwnSetCounts(
        rows=len(rows),
        repeated=len(rows) - len(distinct),
        items=int(counted.sum()),
        used=int(items.groupby("language")["item"].nunique().sum()),
        by_language=" ".join(f"{language}={count}" for language, count in counted.items()),
    )
    return items[["language", "item", "query", "document", "negative"]], counts


def _rows(path: Path, columns: dict[str, str], languages: list[str]) -> Iterator[dict[str, Any]]:
    """The wanted columns of every row under their own names, and the line that it ends on."""
    is_csv = ".csv" in path.suffixes
    for number, record in _csv_records(path, columns) if is_csv else read_records(path):
        where = f"{path}, line {number}"
        row: dict[str, Any] = {"line": number}
        for name, column in columns.items():
            if name == "item" and isinstance(record.get(column), int):
                record[column] = str(record[column])
            row[name] = text_of(record, column, where).strip()
        found = row["language"]
        if languages and found not in languages:
            raise InputError(
                f"{where}: language {shown(found)} found; allowed is {', '.join(languages)}"
            )
        if not _LANGUAGE.fullmatch(found):
            raise InputError(f"{where}: language {shown(found)} found; a code such as en is needed")
        yield row


def _csv_records(path: Path, columns: dict[str, str]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Records of a CSV file with a header, with the line on which each ends."""
    with opened(path) as file:
        lines = io.TextIOWrapper(io.BufferedReader(file), encoding="utf-8-sig", newline="")
        reader = csv.reader(lines, strict=True)
        try:
            header = next(reader, [])
            for name, column in columns.items():
                if column not in header:
                    raise InputError(
                        f"{path}, line 1: no column {shown(column)} (the {name}) found; there are "
                        f"{', '.join(header) or 'none'}"
                    )
            for cells in reader:
                if cells and len(cells) != len(header):
                    raise InputError(
                        f"{path}, line {reader.line_num}: {len(cells)} columns found; the header "
                        f"has {len(header)}"
                    )
                if cells:
                    yield reader.line_num, dict(zip(header, cells, strict=True))
        except csv.Error as error:
            raise InputError(f"{path}, line {reader.line_num}: not CSV ({error})") from None
        except UnicodeDecodeError as error:
            after = reader.line_num
            raise InputError(f"{path}, after line {after}: not UTF-8 ({error.reason})") from None
        except UNREADABLE as error:
            raise InputError(f"{path}: cannot be read ({error})") from None


def _check_languages(path: Path, rows: pd.DataFrame, languages: list[str]) -> None:
    missing = [language for language in languages if language not in set(rows["language"])]
    if missing:
        raise InputError(f"{path}: no row in language {shown(missing[0])} found; one is needed")


def _with_items(path: Path, rows: pd.DataFrame, given: bool, triplets: bool) -> pd.DataFrame:
    """The rows with an item each, a negative or None, and shared items in one order."""
    if not triplets:
        rows = rows.assign(negative=None)
    if not given:
        lines = rows["line"].astype(str)
        first = lines.groupby([rows["language"], rows["query"]]).transform("first")
        return rows.assign(item=lines if triplets else first)
    by_item = rows.groupby(["language", "item"])
    clash = by_item["query"].transform("nunique") > 1
    if triplets:
        clash = rows.duplicated(["language", "item"])
    if clash.any():
        row = rows[clash].iloc[-1]
        allowed = "one row" if triplets else "one query"
        raise InputError(
            f"{path}, line {row['line']}: item {shown(row['item'])} found again in language "
            f"{row['language']}; {allowed} of an item is needed in each language"
        )
    ids = {language: set(part) for language, part in rows.groupby("language", sort=False)["item"]}
    for language, found in ids.items():
        for other, expected in ids.items():
            if lacking := sorted(expected - found):
                raise InputError(
                    f"{path}: item {shown(lacking[0])} found in language {other}, but not in "
                    f"{language}; all languages need the same items"
                )
    place = {item: number for number, item in enumerate(rows["item"].unique())}
    return rows.sort_values("item", key=lambda items: items.map(place), kind="stable")


def _chosen(rows: pd.DataFrame, limit: int | None) -> pd.DataFrame:
    """At most `limit` items of a language; the documents of the others stay in the pool."""
    names = rows["item"].unique()
    used = rows["item"].isin(names[spaced(len(names), limit)])
    if rows["negative"].notna().any():
        return rows[used]
    blank = rows.assign(**{name: rows[name].where(used, None) for name in ("item", "query")})
    return pd.concat([blank[used], blank[~used].drop_duplicates("document")])
