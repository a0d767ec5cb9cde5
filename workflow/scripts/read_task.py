"""Read one multilingual evaluation set into a parquet file of items."""

import argparse
from pathlib import Path

from adiabatic.cli import command_line
from adiabatic.io.atomic import written_atomically
from adiabatic.io.errors import InputError
from adiabatic.tasks.files import TaskFiles
from adiabatic.tasks.kinds import KINDS
from adiabatic.tasks.reading import read_task


def parser() -> argparse.ArgumentParser:
    """The options of this script."""
    options = command_line.parser(__doc__)
    options.add_argument("--kind", choices=list(KINDS), required=True, help="of the items")
    options.add_argument(
        "--path",
        nargs="+",
        required=True,
        help="a file (beir: folder) for each language, or one path, {language} standing for the "
        "language; of kind own the one file",
    )
    options.add_argument(
        "--languages",
        nargs="*",
        default=[],
        help="the first is the reference; none: those of a file of kind own",
    )
    options.add_argument("--split", help="of the judgments; read for kind beir")
    options.add_argument(
        "--limit", type=int, help="items (beir: queries) per language, evenly spaced"
    )
    options.add_argument(
        "--columns",
        nargs="*",
        default=[],
        metavar="WHAT=NAME",
        help="of kind own: names of the columns query, document, language, item, negative",
    )
    options.add_argument("--out", type=Path, required=True, help="parquet file of the items")
    return options


def main() -> None:
    arguments = parser().parse_args()
    files = TaskFiles(
        arguments.path,
        arguments.languages,
        arguments.limit,
        dict(named(column) for column in arguments.columns),
        arguments.split,
    )
    with written_atomically(arguments.out) as path:
        counts = read_task(arguments.kind, files, path)
    languages = f" (languages {', '.join(files.languages)})" if files.languages else ""
    command_line.say(f"{arguments.path[0]}: {command_line.in_words(counts)}{languages}")


def named(column: str) -> tuple[str, str]:
    """What a column holds, and its name in the file."""
    what, sign, name = column.partition("=")
    if not sign:
        raise InputError(f"--columns: {column!r} found; WHAT=NAME is needed")
    return what, name


if __name__ == "__main__":
    command_line.run(main)
