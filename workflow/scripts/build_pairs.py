"""Build the (anchor, positive, negative) triplets, one file for each anchor style and level."""

import argparse
from pathlib import Path

from adiabatic.cli import command_line
from adiabatic.io.atomic import folder_written_atomically
from adiabatic.io.parquet import read_table
from adiabatic.pairs.negatives import COLUMNS, LEVELS, STYLES, build_pairs


def parser() -> argparse.ArgumentParser:
    """The options of this script."""
    options = command_line.parser(__doc__)
    options.add_argument("--papers", type=Path, required=True, help="papers.parquet")
    options.add_argument(
        "--styles", nargs="+", choices=STYLES, required=True, help="what is the anchor"
    )
    options.add_argument(
        "--levels",
        nargs="+",
        choices=LEVELS,
        required=True,
        help="of difficulty, from easy to hard",
    )
    options.add_argument("--anchors", type=int, required=True, help="the same everywhere")
    options.add_argument("--seed", type=int, required=True, help="of all draws")
    options.add_argument("--jobs", type=int, default=1, help="processes; changes no result")
    options.add_argument("--out", type=Path, required=True, help="folder of STYLE-LEVEL.parquet")
    return options


def main() -> None:
    arguments = parser().parse_args()
    frames, counts = build_pairs(
        read_table(arguments.papers, COLUMNS),
        arguments.styles,
        arguments.levels,
        arguments.anchors,
        arguments.seed,
        arguments.jobs,
    )
    with folder_written_atomically(arguments.out) as folder:
        for (style, level), pairs in frames.items():
            pairs.to_parquet(folder / f"{style}-{level}.parquet", index=False)
    for (style, level), pairs in frames.items():
        mean = pairs["similarity"].mean()
        command_line.say(f"{style}, {level}: {len(pairs)} triplets, mean similarity {mean:.3f}")
    for name, count in counts.items():
        command_line.say(f"{name}: {count}")


if __name__ == "__main__":
    command_line.run(main)
