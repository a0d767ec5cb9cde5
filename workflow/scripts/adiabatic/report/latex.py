"""Tables for a paper: LaTeX that fits one column of it, or both."""

import math
from collections.abc import Iterator, Sequence

import pandas as pd

from adiabatic.report.numbers import MINUS, is_number

# Inches that a column and both columns of a paper are wide (ACL), and points of an inch.
COLUMN, PAGE, INCH = 3.3, 6.8, 72.27
# Type of tables and its size in a paper of 11 points; the space between two columns, in points.
# Computer Modern, the widest type that papers are set in, is wider than its size where it is small.
SIZES = (("scriptsize", 8.2), ("tiny", 6.9))
SPACE = 5
# Tables of more lines go over pages, in an appendix that is set in one column.
LONG = 60
# How much of what stands in one line may be broken, so that a table fits a column.
BROKEN = 1.5
# Widths of letters in em, rather too wide.
NARROW, WIDE, CAPITAL, USUAL = 0.34, 0.86, 0.76, 0.53
ESCAPED = {
    "\\": r"\textbackslash{}",
    **{character: f"\\{character}" for character in "&%$#_{}"},
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\ensuremath{<}",
    ">": r"\ensuremath{>}",
    MINUS: r"\ensuremath{-}",
}


def latex_text(text: str) -> str:
    """A text as LaTeX sets it, in any engine and encoding; intervals and bounds are not broken."""
    escaped = "".join(ESCAPED.get(character, character) for character in text)
    return " ".join(word.replace(" ", "~") for word in _words(escaped))


def latex_table(rows: pd.DataFrame, all_rows: int) -> str:
    """A table with booktabs, as wide as a column if it fits, else as both.

    Args:
        rows: texts. all_rows: that the CSV has.
    """
    texts = [list(map(str, rows.columns)), *(list(map(str, row)) for row in rows.to_numpy())]
    numeric = [_is_numeric(rows[name]) for name in rows]
    width, size, widths = _fitted(texts)
    columns = "".join(map(_column, numeric, widths))
    long = _lines(texts, widths, dict(SIZES)[size]) > LONG
    environment = "longtable" if long else "tabular"
    head, *body = (" & ".join(map(latex_text, row)) + r" \\" for row in texts)
    place = "an appendix in one column" if long else "table" if width == COLUMN else "table*"
    packages = "booktabs, array" + (", longtable" if long else "")
    return "\n".join(
        [
            f"% {len(rows):,} of {all_rows:,} rows, {width} inches wide, for {place}. "
            f"It needs {packages}.",
            rf"{{\{size}\setlength{{\tabcolsep}}{{{SPACE / 2:g}pt}}%",
            rf"\begin{{{environment}}}{{@{{}}{columns}@{{}}}}",
            r"\toprule",
            head,
            r"\midrule",
            *([r"\endhead"] if long else []),
            *body,
            r"\bottomrule",
            rf"\end{{{environment}}}}}",
            "",
        ]
    )


def _is_numeric(column: pd.Series) -> bool:
    texts = [text for text in map(str, column) if text]
    return bool(texts) and all(map(is_number, texts))


def _fitted(texts: Sequence[Sequence[str]]) -> tuple[float, str, list[float | None]]:
    """Width of the table in inches, size of its type, and width of each column that is broken."""
    em = [max(map(_em, column)) for column in zip(*texts, strict=True)]
    least = [
        max(_em(word) for text in column for word in _words(text) or [""])
        for column in zip(*texts, strict=True)
    ]
    for width, (name, size) in ((COLUMN, SIZES[0]), (PAGE, SIZES[0]), (PAGE, SIZES[1])):
        room = width * INCH - SPACE * (len(em) - 1)
        if sum(em) * size <= room:
            return width, name, [None] * len(em)
        breakable = sum(least) * size <= room
        if breakable and (width == PAGE or sum(em) * size <= BROKEN * room):
            break
    # What is left beyond the longest words is shared out by what columns lack.
    left = max(0.0, room - sum(least) * size) / max(1e-9, (sum(em) - sum(least)) * size)
    widths = [
        (few + min(1.0, left) * (all_ - few)) * size for few, all_ in zip(least, em, strict=True)
    ]
    kept = [
        wide if wide < all_ * size - 0.5 else None for wide, all_ in zip(widths, em, strict=True)
    ]
    return width, name, kept


def _lines(texts: Sequence[Sequence[str]], widths: Sequence[float | None], size: float) -> int:
    """How many lines a table has, about."""
    return sum(
        max(
            math.ceil(_em(text) * size / width) if width else 1
            for text, width in zip(row, widths, strict=True)
        )
        for row in texts
    )


def _column(numeric: bool, width: float | None) -> str:
    if width is None:
        return "r" if numeric else "l"
    side = "left" if numeric else "right"
    return rf">{{\ragged{side}\arraybackslash}}p{{{width:.1f}pt}}"


def _em(text: str) -> float:
    """How wide a text is in em."""
    return sum(
        NARROW if c in " iljtfr.,:;'()[]|-" else WIDE if c in f"mwMW%+{MINUS}@" else
        CAPITAL if c.isupper() else USUAL for c in text
    )  # fmt: skip


def _words(text: str) -> list[str]:
    """Parts between which a line may be broken: not within brackets."""
    return list(_parts(text))


def _parts(text: str) -> Iterator[str]:
    part, depth = "", 0
    for character in text:
        depth += (character in "[(") - (character in "])")
        if character == " " and depth <= 0:
            yield part
            part = ""
        else:
            part += character
    yield part
