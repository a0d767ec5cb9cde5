"""Tables for the report: HTML pages of their own, which need no other file."""

from html import escape

import pandas as pd

from adiabatic.report.numbers import is_number

STYLE = """
:root { --ink: #111; --paper: #fff; --line: #ccc; --soft: #444; --quiet: #f1f1f1; }
@media screen and (prefers-color-scheme: dark) {
  :root { --ink: #eee; --paper: #161616; --line: #444; --soft: #bbb; --quiet: #262626; }
}
body { font: 14px/1.4 system-ui, sans-serif; margin: 1rem; }
body { color: var(--ink); background: var(--paper); }
.about { max-width: 60rem; color: var(--soft); } .scroll { overflow-x: auto; }
table { border-collapse: collapse; }
caption { text-align: left; font-weight: bold; padding: 0.3rem 0; }
td, th { border-bottom: 1px solid var(--line); padding: 0.2rem 0.7rem; text-align: left; }
td, th { vertical-align: top; } tbody th { font-weight: normal; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
thead th, tbody tr:hover { background: var(--quiet); } thead th { position: sticky; top: 0; }
"""


def html_table(name: str, rows: pd.DataFrame, caption: str) -> str:
    """A page with a table and its caption: numbers on the right, units in the heads of columns.

    Args:
        name: of its files. rows: texts. caption: a paragraph, and others or lists.
    """
    texts = [list(map(str, row)) for row in rows.to_numpy()]
    numeric = [all(map(is_number, filter(None, column))) for column in zip(*texts, strict=True)]
    heads = "".join(
        f'<th scope="col"{_look(right)}>{escape(str(column))}</th>'
        for column, right in zip(rows.columns, numeric, strict=True)
    )
    body = "\n".join(
        "<tr>"
        + "".join(
            f'<th scope="row"{_look(right)}>{escape(text)}</th>' if number == 0
            else f"<td{_look(right)}>{escape(text)}</td>"
            for number, (text, right) in enumerate(zip(row, numeric, strict=True))
        )
        + "</tr>"
        for row in texts
    )  # fmt: skip
    title = escape(name.replace("_", " "))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="color-scheme" content="light dark">\n<title>{title}</title>\n'
        f"<style>{STYLE}</style>\n</head>\n<body>\n"
        f'<div class="about">{_paragraphs(caption)}'
        f"<p>Numbers for programs are in {escape(name)}.csv.</p></div>\n"
        f'<div class="scroll"><table>\n<caption>{title} ({len(rows):,} rows)</caption>\n'
        f"<thead><tr>{heads}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table></div>\n"
        "</body>\n</html>\n"
    )


def _look(right: bool) -> str:
    return ' class="number"' if right else ""


def _paragraphs(caption: str) -> str:
    """A caption as HTML: its lists are lists."""
    found = []
    for part in caption.split("\n\n"):
        lines = part.splitlines()
        if all(line.startswith("- ") for line in lines):
            items = "".join(f"<li>{escape(line[2:])}</li>" for line in lines)
            found.append(f"<ul>{items}</ul>")
        else:
            found.append(f"<p>{escape(part)}</p>")
    return "".join(found)
