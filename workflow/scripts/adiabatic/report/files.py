"""What is saved: a table as CSV, Markdown and LaTeX, and a caption beside a table or figure."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from adiabatic.io.atomic import written_atomically

DEMONSTRATION = (
    "This is a synthetic demonstration: it rests on a synthetic world of simplified sentences "
    "(and, unless configured otherwise, on a tiny encoder trained on them in seconds). It shows "
    "the pipeline at work and is no evidence about real languages or models."
)


@dataclass(frozen=True)
class Table:
    """A table: numbers for programs, text for people, and a caption.

    rows: what its CSV holds, numbers as they are. shown: what Markdown and LaTeX hold.
    """

    rows: pd.DataFrame
    shown: pd.DataFrame
    caption: str


def save_table(table: Table, out: Path, demonstration: bool) -> None:
    """Write a table as `out` (CSV), and beside it as Markdown and LaTeX with its caption."""
    texts = {
        ".csv": table.rows.to_csv(index=False, float_format="%.6g"),
        ".md": table.shown.to_markdown(index=False, disable_numparse=True) + "\n",
        # booktabs; special characters are escaped.
        ".tex": table.shown.to_latex(index=False, escape=True, na_rep=""),
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
