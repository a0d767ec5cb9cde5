"""Frames that pass between stages as parquet files."""

from pathlib import Path

import pandas as pd
from pyarrow import ArrowInvalid

from adiabatic.errors import InputError


def read_frame(path: Path | str, columns: list[str] | None = None) -> pd.DataFrame:
    """A frame from a parquet file.

    Raises:
        InputError: the file is missing, no parquet file, or lacks a column.
    """
    try:
        return pd.read_parquet(path, columns=columns)
    except (OSError, ArrowInvalid) as error:
        reason = " ".join(str(error).split())[:150]
        raise InputError(f"{path}: cannot be read as a parquet file ({reason})") from None
