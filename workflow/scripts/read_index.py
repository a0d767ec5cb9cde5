"""Read an index that exists, without writing to it: vectors, ids, and texts where it has them."""

import argparse
import time
from pathlib import Path

from adiabatic.cli import command_line
from adiabatic.index.blocks import IndexSettings
from adiabatic.index.reading import PROVENANCE, VECTORS, read_index
from adiabatic.index.stores import STORES


def parser() -> argparse.ArgumentParser:
    """The options of this script."""
    options = command_line.parser(__doc__)
    options.add_argument("--source", choices=STORES, required=True, help="where the index is")
    options.add_argument("--path", help="file or folder")
    options.add_argument("--ids", help="file of ids, row i of which is that of vector i")
    options.add_argument("--id", help="column or field of ids")
    options.add_argument("--vector", help="column or field of vectors")
    options.add_argument("--text", help="column or field of texts")
    options.add_argument("--table", help="of PostgreSQL, SCHEMA.TABLE or TABLE")
    options.add_argument("--collection", help="of Qdrant")
    options.add_argument("--url", help="of the server, without a password or key")
    options.add_argument("--url-env", help="name of an environment variable with the URL")
    options.add_argument("--key-env", help="name of one with the key or password")
    options.add_argument("--out", type=Path, required=True, help=f"folder of {VECTORS} and others")
    return options


def main() -> None:
    arguments, start = parser().parse_args(), time.monotonic()
    read = read_index(IndexSettings.of(arguments), arguments.out, command_line.say)
    command_line.say(f"{arguments.out / PROVENANCE}: {command_line.in_words(read)}")
    seconds, size = time.monotonic() - start, 4 * read.documents * read.dimension
    command_line.say(
        f"{seconds:.1f} s, {size / 1e6 / max(seconds, 1e-9):.0f} MB of vectors a second"
    )


if __name__ == "__main__":
    command_line.run(main)
