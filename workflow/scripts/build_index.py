"""Build the index of one corpus' vectors: approximate search, for sets too large for exact one."""

import argparse
from pathlib import Path

from adiabatic.cli import command_line
from adiabatic.encoding.corpora import hashed_rows
from adiabatic.encoding.document_vectors import read_vectors
from adiabatic.evaluation.faiss_index import build_index, write_index


def parser() -> argparse.ArgumentParser:
    """The options of this script."""
    options = command_line.parser(__doc__)
    options.add_argument("--data", type=Path, required=True, help="parquet file of the set")
    options.add_argument("--vectors", type=Path, required=True, help="of its documents, .npy")
    options.add_argument("--seed", type=int, required=True, help="of the graph's layers")
    options.add_argument("--out", type=Path, required=True, help="the index; what it is of: .json")
    return options


def main() -> None:
    arguments = parser().parse_args()
    (rows,), hashes = hashed_rows(arguments.data, ["document"])
    index = build_index(read_vectors(arguments.vectors, hashes), rows, arguments.seed)
    write_index(arguments.out, index, arguments.vectors)
    command_line.say(f"{arguments.out}: {index.ntotal} passages")


if __name__ == "__main__":
    command_line.run(main)
