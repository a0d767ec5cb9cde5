"""Multilingual evaluation sets, each read by the reader of its kind."""

from pathlib import Path
from typing import Any

from adiabatic.plan.registry import implementation
from adiabatic.tasks.files import TaskFiles
from adiabatic.tasks.kinds import KINDS


def read_task(kind: str, files: TaskFiles, out: Path) -> Any:
    """Write the items of an evaluation set in every language as a parquet file.

    Returns:
        A dataclass of counts: what became of the items.
    Raises:
        InputError: a file is malformed, or the languages do not line up.
    """
    read = implementation(KINDS[kind].read)
    if KINDS[kind].stream:
        return read(files, out)
    items, counts = read(files)
    items.to_parquet(out, index=False)
    return counts
