"""Documents in Parquet or Arrow: one file, or a folder of them in the order of their names."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from adiabatic.index.blocks import (
    BLOCK,
    Block,
    IndexSettings,
    Reader,
    existing,
    files_state,
    stacked,
)
from adiabatic.io.errors import InputError, shown

PARQUET, ARROW = (".parquet", ".pq"), (".arrow", ".feather", ".ipc")


def open_parquet(settings: IndexSettings) -> Reader:
    """The index of a file or folder.

    Raises:
        InputError: there is no such file, or one lacks a column.
    """
    path = existing(settings.path, "path")
    files = index_files(path)
    if not files:
        raise InputError(f"{path}: no file found in it; {', '.join((*PARQUET, *ARROW))} are needed")
    return ParquetReader(path, files, settings)


def index_files(path: Path) -> list[Path]:
    """The files of an index: the one, or those of a folder that are Parquet or Arrow."""
    if path.is_file():
        return [path]
    found = (file for file in path.rglob("*") if file.suffix in (*PARQUET, *ARROW))
    return sorted(file for file in found if not file.name.startswith((".", "_")))


class ParquetReader:
    """A reader of columns id, vector and, if there is one, text."""

    approximate = ""

    def __init__(self, path: Path, files: list[Path], settings: IndexSettings) -> None:
        self.where, self.state = str(path), files_state(files)
        self._files = files
        self._id, self._vector = settings.id or "id", settings.vector or "vector"
        self._text = settings.text or "text"
        self._text_needed = settings.text is not None
        with _opened(files[0]) as file:
            self._columns = self._checked(files[0], file.names)

    def blocks(self, place: Any) -> Iterator[Block]:
        """The documents from (file, row) on."""
        first, row = place or (0, 0)
        for number in range(first, len(self._files)):
            path = self._files[number]
            with _opened(path) as file:
                self._checked(path, file.names)
                for batch in file.batches(self._columns, row):
                    row += len(batch)
                    yield self._block(path, batch, [number, row])
            row = 0

    def close(self) -> None:
        """Nothing is open."""

    def _checked(self, path: Path, names: list[str]) -> list[str]:
        """The columns that are read; raises InputError where one is missing."""
        wanted = [self._id, self._vector]
        if self._text_needed or self._text in names:
            wanted.append(self._text)
        if missing := [name for name in wanted if name not in names]:
            raise InputError(
                f"{path}: column {shown(missing[0])} is missing; there are {', '.join(names[:20])} "
                "(index.columns says which is which)"
            )
        return wanted

    def _block(self, path: Path, batch: pa.RecordBatch, place: list[int]) -> Block:
        ids = _ids(batch[self._id], str(path))
        texts = None
        if self._text in batch.schema.names:
            texts = _texts(batch[self._text], str(path), self._text)
        return Block(ids, _vectors(batch[self._vector], ids, str(path)), texts, place)


class _ParquetFile:
    def __init__(self, path: Path) -> None:
        # Read ahead or by threads, a file takes more memory and no less time.
        self._file = pq.ParquetFile(path, pre_buffer=False, memory_map=False)
        self.names = self._file.schema_arrow.names

    def batches(self, columns: list[str], start: int) -> Iterator[pa.RecordBatch]:
        about = self._file.metadata
        groups = list(range(about.num_row_groups))
        while groups and about.row_group(groups[0]).num_rows <= start:
            start -= about.row_group(groups.pop(0)).num_rows
        found = self._file.iter_batches(BLOCK, groups, columns, use_threads=False)
        return _after(start, found)

    def close(self) -> None:
        self._file.close()


class _ArrowFile:
    def __init__(self, path: Path) -> None:
        self._source = pa.memory_map(str(path))
        try:
            self._file = pa.ipc.open_file(self._source)
            self._each = map(self._file.get_batch, range(self._file.num_record_batches))
        except pa.ArrowInvalid:
            self._source.seek(0)
            self._file = pa.ipc.open_stream(self._source)
            self._each = iter(self._file)
        self.names = self._file.schema.names

    def batches(self, columns: list[str], start: int) -> Iterator[pa.RecordBatch]:
        chosen = (batch.select(columns) for batch in self._each)
        parts = (
            batch.slice(first, BLOCK) for batch in chosen for first in range(0, len(batch), BLOCK)
        )
        return _after(start, parts)

    def close(self) -> None:
        self._source.close()


@contextmanager
def _opened(path: Path) -> Iterator[_ParquetFile | _ArrowFile]:
    file = None
    try:
        file = _ArrowFile(path) if path.suffix in ARROW else _ParquetFile(path)
        yield file
    except (OSError, pa.ArrowInvalid) as error:
        reason = " ".join(str(error).split())[:150]
        kind = "an Arrow" if path.suffix in ARROW else "a Parquet"
        raise InputError(f"{path}: cannot be read as {kind} file ({reason})") from None
    finally:
        if file is not None:
            file.close()


def _after(start: int, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The batches without the first rows."""
    for batch in batches:
        skipped = min(start, len(batch))
        start -= skipped
        if skipped < len(batch):
            yield batch.slice(skipped)


def _ids(column: pa.Array, where: str) -> list[str]:
    plain = column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
    kind = plain.type
    if not (
        pa.types.is_integer(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind)
    ):
        raise InputError(f"{where}: {kind} found as ids; texts or whole numbers are needed")
    if plain.null_count or (not pa.types.is_integer(kind) and pc.any(pc.equal(plain, "")).as_py()):
        raise InputError(f"{where}: a row without an id found; every document needs one")
    return plain.cast(pa.string()).to_pylist()


def _texts(column: pa.Array, where: str, name: str) -> list[str | None]:
    plain = column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
    kind = plain.type
    if not any(of(kind) for of in (pa.types.is_string, pa.types.is_large_string, pa.types.is_null)):
        raise InputError(f"{where}: {kind} found in column {name}; texts are needed")
    return [text or None for text in plain.to_pylist()]


def _vectors(column: pa.Array, ids: list[str], where: str) -> np.ndarray:
    """Lists of numbers of one length as an array, without a Python object for each number."""
    kind = column.type
    lists = (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list)
    number = kind.value_type if any(of(kind) for of in lists) else None
    if number is None or not (pa.types.is_floating(number) or pa.types.is_integer(number)):
        raise InputError(f"{where}: {kind} found as vectors; lists of numbers are needed")
    lengths = pc.list_value_length(column)
    values = column.flatten()
    same = column.null_count == 0 and pc.min_max(lengths)
    if not same or same["min"].as_py() != same["max"].as_py() or values.null_count:
        # Slower, but it knows which document is to blame.
        return stacked(column.to_pylist(), ids, where)
    array = values.to_numpy(zero_copy_only=False).astype(np.float32, copy=False)
    return array.reshape(len(column), -1) if len(column) else np.empty((0, 0), dtype=np.float32)
