"""Write the tables for people (overview, verdicts, levels) as CSV, Markdown and LaTeX."""

import argparse
from pathlib import Path

import pandas as pd

from adiabatic.cli import command_line
from adiabatic.io.atomic import written_atomically
from adiabatic.report.files import save_caption, to_latex, to_markdown
from adiabatic.report.levels import levels_caption, levels_rows, levels_table
from adiabatic.report.overview import overview_caption, overview_table
from adiabatic.report.shown import shown_run
from adiabatic.report.verdicts import recommendation, runs_table


def parser() -> argparse.ArgumentParser:
    """The options of this script."""
    options = command_line.parser(__doc__)
    options.add_argument("--summary", type=Path, required=True, help="summary.csv")
    options.add_argument("--window", type=Path, required=True, help="window.csv")
    options.add_argument("--runs", type=Path, required=True, help="runs.csv")
    options.add_argument("--demonstration", action="store_true", help="say so in the captions")
    options.add_argument("--out", type=Path, required=True, help="folder of the tables")
    return options


def main() -> None:
    arguments = parser().parse_args()
    summary, window = pd.read_csv(arguments.summary), pd.read_csv(arguments.window)
    runs = pd.read_csv(arguments.runs, keep_default_na=False, na_values={"worst_difference": ""})
    run, verdict = shown_run(runs), recommendation(runs)
    levels = levels_rows(summary, run)
    tables = {
        "overview": (overview_table(window), overview_caption(window)),
        "verdicts": (runs_table(runs), verdict),
        "levels": (levels_table(levels), levels_caption(levels, run)),
    }
    for name, (table, caption) in tables.items():
        texts = {
            "csv": table.to_csv(index=False),
            "md": to_markdown(table),
            "tex": to_latex(table),
        }
        for suffix, text in texts.items():
            with written_atomically(arguments.out / f"{name}.{suffix}") as path:
                path.write_text(text, encoding="utf-8")
        save_caption(caption, arguments.out / f"{name}.rst", arguments.demonstration)
    save_caption(verdict, arguments.out / "verdict.rst", arguments.demonstration)
    command_line.say(verdict)


if __name__ == "__main__":
    command_line.run(main)
