"""Evaluation sets in BEIR's format (Thakur et al. 2021): read, checked, streamed to parquet."""

from collections.abc import Iterator
from dataclasses import astuple, dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from adiabatic.io.errors import InputError, shown
from adiabatic.io.json_lines import opened, read_records, text_of
from adiabatic.io.parquet import BATCH, read_table
from adiabatic.tasks.aligned_files import spaced
from adiabatic.tasks.beir_folder import SPLIT, beir_files
from adiabatic.tasks.files import TaskFiles

HEADER = ["query-id", "corpus-id", "score"]
# A row is a passage (language, passage, document) or a query with its judgments. Passages are
# numbered over the whole file; those of a query's language are pool_start to pool_end.
ROWS = pa.schema(
    {
        "language": pa.string(),
        "item": pa.string(),
        "query": pa.string(),
        "passage": pa.string(),
        "document": pa.string(),
        "relevant": pa.list_(pa.int64()),
        "grades": pa.list_(pa.int32()),
        "itself": pa.int64(),
        "pool_start": pa.int64(),
        "pool_end": pa.int64(),
    }
)
QUERY_COLUMNS = [name for name in ROWS.names if name not in ("passage", "document")]

# Grades by query and passage, and the line that each is from.
Judged = dict[str, dict[str, tuple[int, int]]]


@dataclass(frozen=True)
class BeirCounts:
    """What became of passages, queries and judgments, over all languages."""

    passages: int = 0
    empty_passages: int = 0
    judgments: int = 0
    of_grade_0: int = 0
    queries: int = 0
    queries_without_judgment: int = 0
    queries_without_relevant_passage: int = 0
    queries_used: int = 0

    def __add__(self, other: "BeirCounts") -> "BeirCounts":
        pairs = zip(astuple(self), astuple(other), strict=True)
        return BeirCounts(*(one + more for one, more in pairs))


def write_beir(task: TaskFiles, out: Path) -> BeirCounts:
    """Write the passages, queries and judgments of every language to one parquet file (see ROWS).

    A passage's text is its title and text, joined by a space, as BEIR has it. Passages are written
    batch by batch; of them all only the ids are held. Queries without a judgment, or
    without a relevant passage, are left out and counted. A judgment that names an unknown query or
    passage is an error: BEIR stops at such a query, but goes on with such a passage, which no
    search can find, so that every encoder would seem worse than it is.

    Raises:
        InputError: a file is missing or malformed, or no query is left.
    """
    counts = BeirCounts()
    with pq.ParquetWriter(out, ROWS) as writer:
        for language, folder in task.by_language().items():
            files = beir_files(folder, task.split or SPLIT)
            counts += _write_language(writer, language, files, task.limit, counts.passages)
    return counts


def read_queries(path: Path) -> pd.DataFrame:
    """The queries of a file by `write_beir`, with QUERY_COLUMNS; no passage is read.

    Raises:
        InputError: the file is missing, no parquet file, or lacks a column.
    """
    table = read_table(path, QUERY_COLUMNS)
    return table.filter(table["item"].is_valid()).to_pandas()


def read_passages(path: Path) -> pd.MultiIndex:
    """(language, text) of every passage of a file by `write_beir`, all of them in memory.

    Raises:
        InputError: the file is missing, no parquet file, or lacks a column.
    """
    table = read_table(path, ["language", "passage", "document"])
    rows = table.filter(table["passage"].is_valid()).to_pandas()
    return pd.MultiIndex.from_frame(rows[["language", "document"]])


def _write_language(
    writer: pq.ParquetWriter, language: str, files: dict[str, Path], limit: int | None, start: int
) -> BeirCounts:
    judged = _read_judgments(files["qrels"])
    queries = _read_queries_file(files["queries"])
    for query, grades in judged.items():
        if query not in queries:
            line = min(line for _, line in grades.values())
            raise InputError(
                f"{files['qrels']}, line {line}: query-id {shown(query)} found; one of "
                f"{files['queries']} is needed"
            )
    wanted = {passage for grades in judged.values() for passage in grades} | queries.keys()
    numbers: dict[str, int] = {}
    passages = empty = 0
    for batch in _passages(files["corpus"]):
        ids = [passage for passage, _ in batch]
        documents = [document for _, document in batch]
        _write(writer, language, passage=ids, document=documents)
        rows = range(start + passages, start + passages + len(ids))
        numbers.update((i, row) for i, row in zip(ids, rows, strict=True) if i in wanted)
        passages += len(ids)
        empty += documents.count("")
    _check_passages(judged, numbers, files)
    relevant = {
        query: {numbers[passage]: grade for passage, (grade, _) in judged[query].items() if grade}
        for query in queries
        if query in judged
    }
    answerable = [query for query, grades in relevant.items() if grades]
    if not answerable:
        raise InputError(f"{files['qrels']}: no relevant passage found; at least one is needed")
    used = [answerable[place] for place in spaced(len(answerable), limit)]
    # BEIR leaves the passage with the query's own id out of what is searched; here only where it
    # was not judged relevant, since many a set numbers queries and passages alike.
    own = [numbers.get(query) for query in used]
    itself = [None if n in relevant[query] else n for n, query in zip(own, used, strict=True)]
    _write(
        writer, language, item=used, query=[queries[query] for query in used],
        relevant=[list(relevant[query]) for query in used],
        grades=[list(relevant[query].values()) for query in used],
        itself=itself,
        pool_start=[start] * len(used), pool_end=[start + passages] * len(used),
    )  # fmt: skip
    found = [grade for grades in judged.values() for grade, _ in grades.values()]
    return BeirCounts(
        passages=passages,
        empty_passages=empty,
        judgments=len(found),
        of_grade_0=found.count(0),
        queries=len(queries),
        queries_without_judgment=len(queries) - len(judged),
        queries_without_relevant_passage=len(judged) - len(answerable),
        queries_used=len(used),
    )


def _write(writer: pq.ParquetWriter, language: str, **columns: list) -> None:
    """Rows of one language; columns that are not given are null."""
    count = len(next(iter(columns.values())))
    columns["language"] = [language] * count
    arrays = [pa.array(columns.get(f.name, [None] * count), f.type) for f in ROWS]
    writer.write_table(pa.Table.from_arrays(arrays, schema=ROWS))


def _passages(path: Path) -> Iterator[list[tuple[str, str]]]:
    """Ids and texts of a corpus, some thousand at a time."""
    batch: list[tuple[str, str]] = []
    seen: set[str] = set()
    for number, record in read_records(path):
        where = f"{path}, line {number}"
        passage = _id(record, where, seen)
        title, text = record.get("title") or "", record.get("text")
        for key, value in (("title", title), ("text", text)):
            if not isinstance(value, str):
                raise InputError(f'{where}: "{key}" is {shown(value)} (a string is needed)')
        batch.append((passage, f"{title} {text}".strip()))
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
    if not seen:
        raise InputError(f"{path}: no passage found; at least one is needed")


def _read_queries_file(path: Path) -> dict[str, str]:
    queries: dict[str, str] = {}
    seen: set[str] = set()
    for number, record in read_records(path):
        where = f"{path}, line {number}"
        queries[_id(record, where, seen)] = text_of(record, "text", where).strip()
    return queries


def _id(record: dict, where: str, seen: set[str]) -> str:
    """The record's id, which is added to those that were seen."""
    found = text_of(record, "_id", where)
    if found in seen:
        raise InputError(f"{where}: _id {shown(found)} found twice; ids are unique")
    seen.add(found)
    return found


def _read_judgments(path: Path) -> Judged:
    judged: Judged = {}
    with opened(path) as file:
        lines = file.read().split(b"\n")
    for number, line in enumerate(lines, start=1):
        where = f"{path}, line {number}"
        try:
            text = line.decode("utf-8-sig").rstrip("\r")
        except UnicodeDecodeError as error:
            raise InputError(f"{where}: not UTF-8 ({error.reason})") from None
        cells = text.split("\t")
        if number == 1:
            if cells != HEADER:
                raise InputError(
                    f"{where}: {shown(text)} found; the header {', '.join(HEADER)} with tabs "
                    "between is needed"
                )
        elif text:
            query, passage, grade = _judgment(cells, where)
            if passage in judged.setdefault(query, {}):
                raise InputError(
                    f"{where}: passage {shown(passage)} judged twice for query {shown(query)}; "
                    "once is needed"
                )
            judged[query][passage] = (grade, number)
    if not judged:
        raise InputError(f"{path}: no judgment found; at least one is needed")
    return judged


def _judgment(cells: list[str], where: str) -> tuple[str, str, int]:
    if len(cells) != 3:
        raise InputError(f"{where}: {len(cells)} columns found; {', '.join(HEADER)} needed")
    if not (cells[2].isascii() and cells[2].isdigit()):
        raise InputError(
            f"{where}: score {shown(cells[2])} found; a whole number, 0 (not relevant) or more, is "
            "needed"
        )
    return cells[0], cells[1], int(cells[2])


def _check_passages(judged: Judged, numbers: dict[str, int], files: dict[str, Path]) -> None:
    """Raises InputError at the first judgment that names a passage which is not in the corpus."""
    unknown = [
        (line, passage)
        for grades in judged.values()
        for passage, (_, line) in grades.items()
        if passage not in numbers
    ]
    if unknown:
        line, passage = min(unknown)
        raise InputError(
            f"{files['qrels']}, line {line}: corpus-id {shown(passage)} found; one of "
            f"{files['corpus']} is needed ({len(unknown)} such lines)"
        )
