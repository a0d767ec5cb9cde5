"""Build the index of one corpus' vectors: approximate search, for sets too large for exact one."""

from pathlib import Path

from adiabatic.cli import command_line
from adiabatic.encoding.corpora import hashed_rows
from adiabatic.encoding.document_vectors import read_vectors
from adiabatic.evaluation.faiss_index import build_index, write_index
from adiabatic.tasks.kinds import DOCUMENT_COLUMNS


def main() -> None:
    parser = command_line.parser(__doc__)
    parser.add_argument("--data", type=Path, required=True, help="parquet file of a set, kind beir")
    parser.add_argument("--vectors", type=Path, required=True, help="of its documents, .npy")
    parser.add_argument("--seed", type=int, required=True, help="of the graph's layers")
    parser.add_argument("--out", type=Path, required=True, help="the index; what it is of: .json")
    arguments = parser.parse_args()
    (rows,), hashes = hashed_rows(arguments.data, DOCUMENT_COLUMNS["beir"])
    index = build_index(read_vectors(arguments.vectors, hashes), rows, arguments.seed)
    write_index(arguments.out, index, arguments.vectors)
    command_line.say(f"{arguments.out}: {index.ntotal} passages")


if __name__ == "__main__":
    command_line.run(main)
