"""Write the tables for people (overview, verdicts, levels) as CSV, Markdown and LaTeX."""

from pathlib import Path

import pandas as pd

from adiabatic import command_line
from adiabatic.captions import DEMONSTRATION, recommendation
from adiabatic.tables import (
    levels_rows,
    overview_table,
    runs_table,
    shown_run,
    to_latex,
    to_markdown,
)


def main() -> None:
    parser = command_line.parser(__doc__)
    parser.add_argument("--summary", type=Path, required=True, help="summary.csv")
    parser.add_argument("--window", type=Path, required=True, help="window.csv")
    parser.add_argument("--runs", type=Path, required=True, help="runs.csv")
    parser.add_argument("--demonstration", action="store_true", help="say that it is one")
    parser.add_argument("--out", type=Path, required=True, help="folder of the tables")
    arguments = parser.parse_args()
    summary, window = pd.read_csv(arguments.summary), pd.read_csv(arguments.window)
    runs = pd.read_csv(arguments.runs, keep_default_na=False)
    levels = levels_rows(summary, shown_run(runs)).round(4).astype(str)
    tables = {"overview": overview_table(window), "verdicts": runs_table(runs), "levels": levels}
    for name, table in tables.items():
        texts = {
            "csv": table.to_csv(index=False),
            "md": to_markdown(table),
            "tex": to_latex(table),
        }
        for suffix, text in texts.items():
            with command_line.written_atomically(arguments.out / f"{name}.{suffix}") as path:
                path.write_text(text, encoding="utf-8")
    verdict = recommendation(runs)
    text = f"{verdict}\n\n{DEMONSTRATION}\n" if arguments.demonstration else f"{verdict}\n"
    with command_line.written_atomically(arguments.out / "verdict.rst") as path:
        path.write_text(text, encoding="utf-8")
    command_line.say(text)


if __name__ == "__main__":
    command_line.run(main)
