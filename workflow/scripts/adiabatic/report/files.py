"""What is saved: a table as CSV, Markdown, HTML and LaTeX, and a caption beside it or a figure."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from adiabatic.io.atomic import written_atomically
from adiabatic.report.html_table import html_table
from adiabatic.report.latex import latex_table

DEMONSTRATION = (
    "This is a synthetic demonstration: it rests on a synthetic world of simplified sentences "
    "(and, unless configured otherwise, on a tiny encoder trained on them in seconds). It shows "
    "the pipeline at work and is no evidence about real languages or models."
)


@dataclass(frozen=True)
class Table:
    """A table: numbers for programs, text for people, and a caption.

    rows: what its CSV holds, numbers as they are. shown: what Markdown and HTML hold. printed: what
    LaTeX holds, where that is too long for a paper; its caption says which rows these are.
    """

    rows: pd.DataFrame
    shown: pd.DataFrame
    caption: str
    printed: pd.DataFrame | None = None


def save_table(table: Table, out: Path, demonstration: bool) -> None:
    """Write a table as `out` (CSV), and beside it as Markdown, HTML and LaTeX with its caption."""
    caption = f"{table.caption}\n\n{DEMONSTRATION}" if demonstration else table.caption
    printed = table.shown if table.printed is None else table.printed
    texts = {
        ".csv": table.rows.to_csv(index=False, float_format="%.6g"),
        ".md": table.shown.to_markdown(index=False, disable_numparse=True) + "\n",
        ".html": html_table(out.stem, table.shown, caption),
        ".tex": latex_table(printed, len(table.rows)),
    }
    for suffix, text in texts.items():
        with written_atomically(out.with_suffix(suffix)) as path:
            path.write_text(text, encoding="utf-8")
    save_caption(table.caption, out.with_suffix(".rst"), demonstration)


def save_caption(text: str, path: Path, demonstration: bool) -> None:
    """Write a caption for the report, which says so where it shows the synthetic demonstration."""
    if demonstration:
        text = f"{text}\n\n{DEMONSTRATION}"
    with written_atomically(path) as temporary:
        # Escaped, since reStructuredText takes mrr@10 for an address.
        temporary.write_text(text.replace("@", r"\@") + "\n", encoding="utf-8")
