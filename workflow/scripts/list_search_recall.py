"""List what approximate search finds of the best 100 passages, for the base and every run."""

import argparse
from pathlib import Path

import pandas as pd

from adiabatic.cli import command_line
from adiabatic.io.atomic import written_atomically
from adiabatic.report.files import save_caption, to_markdown
from adiabatic.report.search_recall import search_recall_caption


def parser() -> argparse.ArgumentParser:
    """The options of this script."""
    options = command_line.parser(__doc__)
    options.add_argument("--recalls", nargs="+", type=Path, required=True, help="RUN.csv of each")
    options.add_argument("--demonstration", action="store_true", help="say so in the caption")
    options.add_argument("--out", type=Path, required=True, help="the table, .csv")
    return options


def main() -> None:
    arguments = parser().parse_args()
    parts = [pd.read_csv(path).assign(run=path.stem) for path in arguments.recalls]
    table = pd.concat(parts, ignore_index=True)
    table = table[["run", *(column for column in table if column != "run")]]
    texts = {".csv": table.to_csv(index=False), ".md": to_markdown(table)}
    for suffix, text in texts.items():
        with written_atomically(arguments.out.with_suffix(suffix)) as path:
            path.write_text(text, encoding="utf-8")
    caption = search_recall_caption(table)
    save_caption(caption, arguments.out.with_suffix(".rst"), arguments.demonstration)
    command_line.say(caption)


if __name__ == "__main__":
    command_line.run(main)
