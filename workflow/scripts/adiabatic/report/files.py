"""What is saved: tables as CSV, Markdown and LaTeX, figures as PDF and PNG, captions."""

from pathlib import Path

import pandas as pd

from adiabatic.io.atomic import written_atomically


def to_latex(table: pd.DataFrame) -> str:
    """A booktabs table; special characters are escaped."""
    return table.to_latex(index=False, escape=True, na_rep="")


def to_markdown(table: pd.DataFrame) -> str:
    """A Markdown table."""
    return table.to_markdown(index=False, disable_numparse=True) + "\n"


DEMONSTRATION = (
    "This is the synthetic demonstration: it rests on a generated world of simplified sentences "
    "(and, unless configured otherwise, on a tiny encoder trained on them in a minute). It shows "
    "the pipeline at work and is no evidence about real languages or models."
)


def save_caption(text: str, path: Path, demonstration: bool) -> None:
    """Write a caption for the report, which says so where it shows the synthetic demonstration."""
    if demonstration:
        text = f"{text}\n\n{DEMONSTRATION}"
    with written_atomically(path) as temporary:
        # Escaped, since reStructuredText takes mrr@10 for an address.
        temporary.write_text(text.replace("@", r"\@") + "\n", encoding="utf-8")
