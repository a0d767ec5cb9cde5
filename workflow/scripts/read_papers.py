"""Read papers from a file in the arXiv metadata format into papers.parquet."""

from pathlib import Path

from adiabatic import command_line
from adiabatic.papers import read_snapshot


def main() -> None:
    parser = command_line.parser(__doc__)
    parser.add_argument("--snapshot", type=Path, required=True, help="JSON lines, plain or .gz")
    parser.add_argument("--out", type=Path, required=True, help="papers.parquet")
    arguments = parser.parse_args()
    papers, counts = read_snapshot(arguments.snapshot)
    with command_line.written_atomically(arguments.out) as path:
        papers.to_parquet(path, index=False)
    command_line.say(
        f"{arguments.snapshot}: {counts.seen} records seen, {counts.replaced} replaced by a newer "
        f"version, {counts.kept} kept"
    )


if __name__ == "__main__":
    command_line.run(main)
