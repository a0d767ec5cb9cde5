"""Reading an index into files, block by block; a reading that was cut off goes on where it was."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from adiabatic.encoding.corpora import hashed
from adiabatic.index.blocks import Block, BlockCheck, IndexSettings, Reader
from adiabatic.index.stores import opened
from adiabatic.io.atomic import written_atomically
from adiabatic.io.errors import InputError, shown

VECTORS, DOCUMENTS, PROVENANCE = "vectors.npy", "documents.parquet", "provenance.json"
# Of a reading that is under way, beside the files that it will be: what has been read so far.
PARTIAL, PROGRESS = "reading", "progress.json"
SCHEMA = pa.schema([("id", pa.string()), ("text", pa.string())])
# Rows of a row group of the documents, however many came at a time.
ROW_GROUP = 50_000
# Documents between two lines of the log.
SAID_EVERY = 200_000


@dataclass(frozen=True)
class Read:
    """What was read: numbers of documents and of those with a text, and how long vectors are."""

    documents: int
    with_text: int
    dimension: int


def read_index(settings: IndexSettings, folder: Path, say: Callable[[str], None]) -> Read:
    """Write vectors, documents and provenance of an index into a folder.

    Each block is on the disk before the next is asked for. Cut off, a reading of the same index
    goes on after the last whole block, and ends in the same bytes.

    Raises:
        InputError: the index cannot be read, or is empty, or a document is not what is needed.
    """
    reader = opened(settings)
    try:
        partial = _Partial.resumed(folder / PARTIAL, _identity(settings, reader))
        if partial.documents:
            say(f"{reader.where}: going on after {partial.documents} documents")
        check = BlockCheck(reader.where, partial.dimension)
        for block in reader.blocks(partial.place):
            if not block.ids:
                continue
            before = partial.documents
            partial.add(check(block))
            if before // SAID_EVERY < partial.documents // SAID_EVERY:
                say(f"{reader.where}: {partial.documents} documents read")
        if not partial.documents:
            raise InputError(f"{reader.where}: no document found; at least one is needed")
        try:
            _check_ids(partial, reader.where)
        except InputError:
            # The index must change, so nothing of this can be used.
            shutil.rmtree(partial.folder)
            raise
        return _finished(partial, folder, settings, reader)
    finally:
        reader.close()


@dataclass
class _Partial:
    """What has been read so far, in a folder of its own.

    place: for the reader to go on. parts: files of documents so far, one for each block.
    """

    folder: Path
    identity: str
    documents: int = 0
    with_text: int = 0
    dimension: int | None = None
    place: Any = None
    parts: int = 0

    @classmethod
    def resumed(cls, folder: Path, identity: str) -> "_Partial":
        """The reading that was cut off, if it was of the same index; else a new one."""
        folder.mkdir(parents=True, exist_ok=True)
        try:
            values = json.loads((folder / PROGRESS).read_text(encoding="utf-8"))
            found = cls(folder, **values)
            whole = (folder / VECTORS).stat().st_size >= found._size()
        except (OSError, ValueError, TypeError):
            found, whole = cls(folder, ""), False
        if whole and found.identity == identity:
            # What was written after the progress was belongs to a block that comes again.
            os.truncate(folder / VECTORS, found._size())
            return found
        shutil.rmtree(folder)
        folder.mkdir()
        return cls(folder, identity)

    def add(self, block: Block) -> None:
        """Write a block; only then does the progress know of it."""
        count, dimension = block.vectors.shape
        self.dimension = dimension
        with open(self.folder / VECTORS, "ab") as file:
            if not self.documents:
                file.write(b"\0" * _header_size())
            file.write(np.ascontiguousarray(block.vectors, dtype="<f4").data)
        texts = block.texts or [None] * count
        table = pa.table([pa.array(block.ids, pa.string()), pa.array(texts, pa.string())], SCHEMA)
        pq.write_table(table, self.folder / f"{self.parts:08d}.parquet", compression="zstd")
        self.parts += 1
        self.documents += count
        self.with_text += count - table["text"].null_count
        self.place = block.place
        with written_atomically(self.folder / PROGRESS) as path:
            values = {key: value for key, value in vars(self).items() if key != "folder"}
            path.write_text(json.dumps(values), encoding="utf-8")

    def tables(self) -> Iterator[pa.Table]:
        """The documents, so many at a time."""
        for number in range(self.parts):
            yield pq.read_table(self.folder / f"{number:08d}.parquet", use_threads=False)

    def _size(self) -> int:
        return _header_size() + 4 * self.documents * (self.dimension or 0)


def _identity(settings: IndexSettings, reader: Reader) -> str:
    """Digest of which index is read, in which state."""
    text = json.dumps([settings.public(), reader.state], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _check_ids(partial: _Partial, where: str) -> None:
    """Raises InputError where two documents have one id."""
    hashes = np.concatenate([hashed(table["id"].to_pylist()) for table in partial.tables()])
    ordered = np.sort(hashes)
    repeated = ordered[1:][ordered[1:] == ordered[:-1]]
    if not len(repeated):
        return
    first: set[str] = set()
    for table in partial.tables():
        for name in table["id"].to_pylist():
            if np.isin(hashed([name]), repeated)[0]:
                if name in first:
                    raise InputError(
                        f"{where}: id {shown(name)} found twice ({len(repeated)} such ids or "
                        "more); every document needs an id of its own"
                    )
                first.add(name)


def _finished(partial: _Partial, folder: Path, settings: IndexSettings, reader: Reader) -> Read:
    read = Read(partial.documents, partial.with_text, partial.dimension or 0)
    with open(partial.folder / VECTORS, "r+b") as file:
        _write_header(file, (read.documents, read.dimension))
    with written_atomically(folder / DOCUMENTS) as path:
        with pq.ParquetWriter(path, SCHEMA, compression="zstd") as writer:
            for table in _regrouped(partial.tables()):
                writer.write_table(table, row_group_size=ROW_GROUP)
        documents_digest = _digest(path)
    provenance = {
        "index": settings.public(),
        "documents": read.documents,
        "with_text": read.with_text,
        "dimension": read.dimension,
        "approximate": reader.approximate or None,
        "sha256": {VECTORS: _digest(partial.folder / VECTORS), DOCUMENTS: documents_digest},
    }
    with written_atomically(folder / PROVENANCE) as path:
        path.write_text(json.dumps(provenance, indent=2) + "\n", encoding="utf-8")
    # Moved, not copied: an index may be large.
    (partial.folder / VECTORS).replace(folder / VECTORS)
    shutil.rmtree(partial.folder)
    return read


def _regrouped(tables: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """Tables of ROW_GROUP rows, whatever the blocks were, so that a file is always the same."""
    waiting = SCHEMA.empty_table()
    for table in tables:
        waiting = pa.concat_tables([waiting, table])
        while len(waiting) >= ROW_GROUP:
            yield waiting.slice(0, ROW_GROUP).combine_chunks()
            waiting = waiting.slice(ROW_GROUP)
    if len(waiting):
        yield waiting.combine_chunks()


def _header_size() -> int:
    return 128


def _write_header(file: Any, shape: tuple[int, int]) -> None:
    """The head of a `.npy` file in version 1.0, which has room for any number of rows."""
    header = {"descr": "<f4", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, header)
    if file.tell() != _header_size():
        raise ValueError(f"a header of {file.tell()} bytes")


def _digest(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
