"""Frames that pass between stages as parquet files."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import ArrowInvalid

from adiabatic.io.errors import InputError

# Rows that are read at a time where a file is not read whole.
BATCH = 10_000


def read_frame(path: Path | str, columns: list[str] | None = None) -> pd.DataFrame:
    """A frame from a parquet file.

    Raises:
        InputError: the file is missing, no parquet file, or lacks a column.
    """
    try:
        return pd.read_parquet(path, columns=columns)
    except (OSError, ArrowInvalid) as error:
        raise _unreadable(path, error) from None


def read_table(path: Path | str, columns: list[str]) -> pa.Table:
    """Columns of a parquet file that may be too large for a frame of Python objects.

    Raises:
        InputError: the file is missing, no parquet file, or lacks a column.
    """
    try:
        # Read ahead by threads, a large file takes twice its size in memory, and no less time.
        table = pq.read_table(path, columns=columns, use_threads=False, pre_buffer=False)
    except (OSError, ArrowInvalid) as error:
        raise _unreadable(path, error) from None
    if missing := sorted(set(columns) - set(table.column_names)):
        raise _lacking(path, missing, columns)
    return table


def read_batches(path: Path | str, columns: list[str]) -> Iterator[pa.RecordBatch]:
    """Columns of a parquet file, some thousand rows at a time.

    Raises:
        InputError: the file is missing, no parquet file, or lacks a column.
    """
    try:
        with pq.ParquetFile(path) as file:
            if missing := sorted(set(columns) - set(file.schema_arrow.names)):
                raise _lacking(path, missing, columns)
            yield from file.iter_batches(BATCH, columns=columns)
    except (OSError, ArrowInvalid) as error:
        raise _unreadable(path, error) from None


def rows_of(table: pa.Table, rows: np.ndarray) -> dict[str, list[Any]]:
    """Some rows of a table, in the order asked for, as a list for each column.

    They are taken chunk by chunk: all texts of a large table fill more than one array may hold.
    """
    order = np.argsort(rows, kind="stable")
    taken, start = [], 0
    for batch in table.to_batches():
        first, last = np.searchsorted(rows, [start, start + len(batch)], sorter=order)
        taken.append(batch.take(pa.array(rows[order[first:last]] - start)))
        start += len(batch)
    back = np.empty_like(order)
    back[order] = np.arange(len(order))
    return pa.Table.from_batches(taken, table.schema).take(pa.array(back)).to_pydict()


def _lacking(path: Path | str, missing: list[str], columns: list[str]) -> InputError:
    return InputError(f"{path}: {', '.join(missing)} missing; needed are {', '.join(columns)}")


def _unreadable(path: Path | str, error: Exception) -> InputError:
    reason = " ".join(str(error).split())[:150]
    return InputError(f"{path}: cannot be read as a parquet file ({reason})")
