"""Papers from records of arXiv's metadata, streamed: memory does not grow with their texts."""

import hashlib
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json
import pyarrow.parquet as pq

from adiabatic.io.errors import InputError, shown
from adiabatic.io.json_lines import opened, read_records, text_of
from adiabatic.sources.paper_texts import folded, with_letters, withdrawn

# What a record says. A snapshot's update_date is the OAI datestamp of its record.
FIELDS = ("id", "title", "abstract", "comments", "categories", "update_date")
PAPERS = pa.schema(
    {
        "id": pa.string(),
        "title": pa.string(),
        "abstract": pa.string(),
        "categories": pa.list_(pa.string()),
        "updated": pa.timestamp("ms"),
    }
)
# Bytes of JSON that are parsed at a time.
BLOCK = 16 << 20
# What becomes of a record, in the order in which it is asked.
FATES = ("kept", "deleted", "incomplete", "withdrawn", "short")
KEPT, DELETED, INCOMPLETE, WITHDRAWN, SHORT = range(len(FATES))


@dataclass(frozen=True)
class PaperCounts:
    """What became of the records: seen is the sum of all others."""

    seen: int
    deleted: int
    replaced: int
    incomplete: int
    withdrawn: int
    short: int
    kept: int


def write_papers(records: Iterable[pa.Table], minimum: int, out: Path) -> PaperCounts:
    """Write papers.parquet; of the records with one id the newest is kept, of one day the last.

    Line breaks and runs of spaces inside titles and abstracts are folded to one space, and LaTeX
    accents become letters. Papers keep the order of the records.

    Args:
        records: tables with the text columns FIELDS, and optionally `deleted` (true or false).
        minimum: length of the shortest abstract that is kept, in characters.
        out: parquet file with id, title, abstract, categories (list), updated.
    Returns:
        The counts. Incomplete is a record without title, abstract or categories.
    """
    all_versions = out.with_name(f"{out.name}.all")
    try:
        versions, fate = _write_versions(records, minimum, all_versions)
        newest = _newest(versions)
        _write_newest(all_versions, out, newest[fate == KEPT])
    finally:
        all_versions.unlink(missing_ok=True)
    of = dict(zip(FATES, np.bincount(fate[newest], minlength=len(FATES)).tolist(), strict=True))
    return PaperCounts(seen=len(fate), replaced=int((~newest).sum()), **of)


def snapshot_records(path: Path) -> Iterator[pa.Table]:
    """Records of a snapshot: JSON lines in arXiv's metadata format, plain, .gz, .zst or .zip.

    Raises:
        InputError: names the first line that is no record: not JSON, without id, or with something
            else than a text or null under one of FIELDS, or than YYYY-MM-DD under update_date.
    """
    schema = pa.schema([(name, pa.string()) for name in FIELDS])
    try:
        with opened(path) as file:
            reader = pyarrow.json.open_json(
                file,
                read_options=pyarrow.json.ReadOptions(block_size=BLOCK),
                parse_options=pyarrow.json.ParseOptions(
                    explicit_schema=schema, unexpected_field_behavior="ignore"
                ),
            )
            for batch in reader:
                _check_batch(batch)
                yield pa.table(batch)
    except (pa.ArrowInvalid, InputError) as error:
        # The engine names no line of the file: whatever it minds is looked for line by line.
        _check_lines(path)
        reason = str(error).splitlines()[0].removeprefix(f"{path}: ")
        raise InputError(f"{path}: {reason}") from None


def file_digest(path: Path) -> str:
    """SHA-256 of a file as it lies on the disk."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_versions(
    records: Iterable[pa.Table], minimum: int, path: Path
) -> tuple[pa.Table, np.ndarray]:
    """Write the papers of all records that are kept by themselves, old versions among them.

    Returns:
        `id` and `updated` of every record, and its fate.
    """
    versions, fates = [PAPERS.empty_table().select(["id", "updated"])], [np.empty(0, np.int8)]
    # One thread parses and judges while another compresses and writes.
    with pq.ParquetWriter(path, PAPERS) as writer, ThreadPoolExecutor(1) as thread:
        writing = None
        for table in records:
            papers, fate = _judged(table, minimum)
            versions.append(papers.select(["id", "updated"]))
            fates.append(fate)
            if writing:
                writing.result()
            kept = papers.filter(pa.array(fate == KEPT))
            writing = thread.submit(writer.write_table, kept, len(kept) or 1)
        if writing:
            writing.result()
    return pa.concat_tables(versions), np.concatenate(fates)


def _judged(table: pa.Table, minimum: int) -> tuple[pa.Table, np.ndarray]:
    """Papers of records, and the fate of each."""
    table = table.combine_chunks()
    column = {name: _array(table[name]) for name in table.column_names}
    title, abstract = (
        with_letters(folded(_filled(column[name]))) for name in ("title", "abstract")
    )
    categories = pc.utf8_trim_whitespace(_filled(column["categories"]))
    empty = [pc.equal(text, "") for text in (title, abstract, categories)]
    fates = [
        (SHORT, pc.less(pc.utf8_length(abstract), minimum)),
        (WITHDRAWN, withdrawn(abstract, column["comments"])),
        (INCOMPLETE, pc.or_(pc.or_(*empty[:2]), empty[2])),
        (DELETED, column.get("deleted", pa.repeat(False, len(table)))),
    ]
    fate = np.full(len(table), KEPT, dtype=np.int8)
    for number, holds in fates:
        fate[holds.to_numpy(zero_copy_only=False)] = number
    papers = pa.Table.from_arrays(
        [
            pc.utf8_trim_whitespace(column["id"]),
            title,
            abstract,
            pc.ascii_split_whitespace(categories),
            _dates(column["update_date"]),
        ],
        schema=PAPERS,
    )
    return papers, fate


def _newest(versions: pa.Table) -> np.ndarray:
    """True for the newest record of each id; of one day the last counts; shape (records,)."""
    newest = np.ones(len(versions), dtype=bool)
    if pc.count_distinct(versions["id"]).as_py() < len(versions):
        codes = pd.Series(pd.factorize(versions["id"].to_pandas())[0])
        order = np.argsort(versions["updated"].to_numpy(), kind="stable")
        newest[order] = ~codes.iloc[order].duplicated(keep="last").to_numpy()
    return newest


def _write_newest(all_versions: Path, out: Path, newest: np.ndarray) -> None:
    if newest.all():
        all_versions.replace(out)
        return
    start = 0
    with pq.ParquetFile(all_versions) as file, pq.ParquetWriter(out, PAPERS) as writer:
        for number in range(file.num_row_groups):
            papers = file.read_row_group(number)
            writer.write_table(papers.filter(pa.array(newest[start : start + len(papers)])))
            start += len(papers)


def _dates(texts: pa.Array) -> pa.Array:
    return pc.cast(pc.cast(pc.utf8_trim_whitespace(texts), pa.date32()), pa.timestamp("ms"))


def _filled(texts: pa.Array) -> pa.Array:
    return pc.fill_null(texts, "")


def _array(column: pa.ChunkedArray) -> pa.Array:
    combined = column.combine_chunks()
    return combined.chunk(0) if isinstance(combined, pa.ChunkedArray) else combined


def _check_batch(batch: pa.RecordBatch) -> None:
    """Raises ArrowInvalid where a text is no UTF-8, an id is missing or a date is none."""
    batch.validate(full=True)
    ids = pc.utf8_trim_whitespace(batch["id"])
    if pc.any(pc.fill_null(pc.equal(ids, ""), True)).as_py() or batch["update_date"].null_count:
        raise pa.ArrowInvalid("a record without id or update_date")
    _dates(batch["update_date"])


def _check_lines(path: Path) -> None:
    """Raise InputError for the first line of a snapshot that is no record, or if there is none."""
    number = 0
    for number, record in read_records(path):
        where = f"{path}, line {number}"
        for name in FIELDS:
            value = record.get(name)
            needed = name in ("id", "update_date")
            if needed:
                text_of(record, name, where)
            if value is not None and not isinstance(value, str):
                raise InputError(f'{where}: "{name}" is {shown(value)} (a string is needed)')
            if value and not value.isprintable() and _has_half_a_character(value):
                raise InputError(f'{where}: "{name}" holds half a character (\\ud800 to \\udfff)')
        _check_date(record["update_date"], where)
    if not number:
        raise InputError(f"{path}: no record found; at least one is needed")


def _check_date(text: Any, where: str) -> None:
    with suppress(ValueError):
        # fromisoformat takes other forms, too.
        if str(date.fromisoformat(text.strip())) == text.strip():
            return
    raise InputError(f'{where}: "update_date" is {shown(text)} (a date as YYYY-MM-DD is needed)')


def _has_half_a_character(text: str) -> bool:
    """Whether a text has a surrogate, which JSON can spell and UTF-8 can not."""
    return any("\ud800" <= character <= "\udfff" for character in text)
