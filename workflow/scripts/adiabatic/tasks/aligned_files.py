"""What readers of evaluation sets share: files of several languages that line up, and counts."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from adiabatic.io.errors import InputError, shown


@dataclass(frozen=True)
class TaskCounts:
    """What became of the items of an evaluation set (in each language)."""

    found: int
    incomplete: int
    used: int


def spaced(count: int, limit: int | None) -> np.ndarray:
    """At most `limit` positions, evenly spaced over `count`."""
    if limit is None or limit >= count:
        return np.arange(count)
    return np.arange(limit) * count // limit


def check_aligned(reference: Path, expected: Any, path: Path, found: Any, name: str) -> None:
    """Raises InputError at the first place where two languages' files do not line up."""
    if len(expected) != len(found):
        needed = f"{len(expected)} are needed to line up with {reference}"
        raise InputError(f"{path}: {len(found)} items found; {needed}")
    expected, found = pd.Series(list(expected)), pd.Series(list(found))
    differs = (expected != found) & ~(expected.isna() & found.isna())
    if differs.any():
        place = int(differs.to_numpy().argmax())
        raise InputError(
            f"{path}, item {place + 1}: {name} {shown(found[place])} found; "
            f"{reference} has {shown(expected[place])} there, and files must line up"
        )


def read_text(path: Path) -> str:
    """A file's text.

    Raises:
        InputError: it cannot be read, or is not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 ({error.reason} at byte {error.start})") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from None
