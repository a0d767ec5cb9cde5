"""Bitexts: plain text files, one per language, whose line i means the same in all of them."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from adiabatic.io.errors import InputError
from adiabatic.tasks.aligned_files import check_aligned, read_text, spaced
from adiabatic.tasks.files import TaskFiles


@dataclass(frozen=True)
class BitextCounts:
    """What became of the lines of a bitext; repeated: used ones that an earlier one equals."""

    lines: int
    used: int
    repeated_in_some_language: int


def read_bitext(task: TaskFiles) -> tuple[pd.DataFrame, BitextCounts]:
    """Lines of every language, each of them a query and a document.

    Returns:
        A frame with language, item (the line's number), query and document, which are the same.
    Raises:
        InputError: a line is empty, or the files have not as many lines.
    """
    files = task.by_language()
    tables = {language: _lines(path) for language, path in files.items()}
    reference = next(iter(tables))
    for language, lines in tables.items():
        numbers = [range(1, len(table) + 1) for table in (tables[reference], lines)]
        check_aligned(files[reference], numbers[0], files[language], numbers[1], "line")
    chosen = spaced(len(tables[reference]), task.limit)
    names = [str(number + 1) for number in chosen]
    used = {language: [lines[i] for i in chosen] for language, lines in tables.items()}
    items = pd.concat(
        [
            pd.DataFrame({"language": language, "item": names, "query": texts, "document": texts})
            for language, texts in used.items()
        ],
        ignore_index=True,
    )
    repeated = {i for texts in used.values() for i in _repeated(texts)}
    return items, BitextCounts(len(tables[reference]), len(chosen), len(repeated))


def _lines(path: Path) -> list[str]:
    # Only \n ends a line: str.splitlines would also part a text at U+2028 and the like.
    lines = [line.strip() for line in read_text(path).removesuffix("\n").split("\n")]
    if lines == [""]:
        raise InputError(f"{path}: no line found; at least one is needed")
    if "" in lines:
        number = lines.index("") + 1
        raise InputError(f"{path}, line {number}: an empty line found; a text is needed")
    return lines


def _repeated(texts: list[str]) -> list[int]:
    """Positions of the texts that an earlier one equals."""
    return pd.Series(texts).duplicated().to_numpy().nonzero()[0].tolist()
