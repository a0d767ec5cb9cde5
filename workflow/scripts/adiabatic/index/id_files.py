"""Files of documents' ids, beside vectors that have none: row i is the id of vector i."""

import io
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from adiabatic.index.blocks import IndexSettings, mapped_array
from adiabatic.io.errors import InputError, shown
from adiabatic.io.json_lines import opened, read_records
from adiabatic.io.parquet import read_batches

Documents = Iterator[tuple[str, str | None]]


def documents_of(path: Path, settings: IndexSettings, start: int = 0) -> Documents:
    """Ids as text, each with the document's text or None, from a row on.

    A `.npy` array and a text file (an id a line) have ids; JSON lines and Parquet have texts, too,
    where there is such a field.

    Raises:
        InputError: the file is none of these, or a row has no id.
    """
    name = path.name
    if name.endswith(".npy"):
        found = _of_array(path)
    elif name.endswith((".parquet", ".pq")):
        found = _of_parquet(path, settings)
    elif ".jsonl" in name or ".json" in name or ".ndjson" in name:
        found = _of_json_lines(path, settings)
    elif name.endswith((".txt", ".txt.gz", ".ids", ".tsv")):
        found = _of_lines(path)
    else:
        raise InputError(f"index.ids: {path} found; .npy, .txt, .jsonl or .parquet is needed")
    return islice(found, start, None)


def id_text(value: Any, where: str) -> str:
    """An id as text: a number or a text that is not empty.

    Raises:
        InputError: it is missing, or something else.
    """
    if isinstance(value, str) and value:
        return value
    if isinstance(value, int | np.integer) and not isinstance(value, bool):
        return str(int(value))
    raise InputError(f"{where}: {shown(value)} found as an id; a text or a whole number is needed")


def text_or_none(value: Any, where: str) -> str | None:
    """A document's text; an empty one is none.

    Raises:
        InputError: it is no text.
    """
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise InputError(f"{where}: {shown(value)} found as a text; a string or null is needed")
    return value


def _of_array(path: Path) -> Documents:
    ids = mapped_array(path, "numbers or texts")
    if ids.ndim != 1 or ids.dtype.kind not in "iuU":
        raise InputError(f"{path}: {ids.dtype} of shape {ids.shape} found; a row of ids is needed")
    return ((str(value), None) for value in ids)


def _of_lines(path: Path) -> Documents:
    with opened(path) as file:
        for number, line in enumerate(io.BufferedReader(file, 1 << 20), start=1):
            try:
                text = line.decode("utf-8").rstrip("\r\n")
            except UnicodeDecodeError:
                raise InputError(f"{path}, line {number}: not UTF-8") from None
            yield id_text(text, f"{path}, line {number}"), None


def _of_json_lines(path: Path, settings: IndexSettings) -> Documents:
    id_key, text_key = settings.id or "id", settings.text or "text"
    for number, record in read_records(path):
        where = f"{path}, line {number}"
        if id_key not in record or (settings.text and text_key not in record):
            missing = id_key if id_key not in record else text_key
            raise InputError(f'{where}: "{missing}" is missing; keys are {shown(list(record))}')
        yield id_text(record[id_key], where), text_or_none(record.get(text_key), where)


def _of_parquet(path: Path, settings: IndexSettings) -> Documents:
    import pyarrow.parquet as pq

    id_key, text_key = settings.id or "id", settings.text or "text"
    columns = [id_key]
    if settings.text or text_key in pq.read_schema(path).names:
        columns.append(text_key)
    for batch in read_batches(path, columns):
        ids = batch[id_key].to_pylist()
        texts = batch[text_key].to_pylist() if len(columns) > 1 else [None] * len(ids)
        for value, text in zip(ids, texts, strict=True):
            yield id_text(value, str(path)), text_or_none(text, str(path))
