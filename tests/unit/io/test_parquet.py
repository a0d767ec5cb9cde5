import numpy as np
import pyarrow as pa
import pytest

from adiabatic.io.errors import InputError
from adiabatic.io.parquet import read_frame, read_table, rows_of


def test_rows_come_in_the_order_asked_for_across_chunks():
    parts = [pa.table({"n": list(range(start, start + 5))}) for start in (0, 5, 10)]
    table = pa.concat_tables(parts)
    rows = np.array([14, 0, 7, 7, 4, 5])
    assert rows_of(table, rows) == {"n": rows.tolist()}
    assert rows_of(table, rows[:0]) == {"n": []}


def test_what_cannot_be_read_is_one_line(tmp_path):
    path = tmp_path / "x.parquet"
    for read in (read_frame, read_table):
        with pytest.raises(InputError, match="cannot be read as a parquet file"):
            read(path, ["a"])
    path.write_bytes(b"no")
    with pytest.raises(InputError, match="cannot be read as a parquet file"):
        read_table(path, ["a"])
