"""Read English tuning triplets into tuning.parquet: choose missing negatives, make the splits."""

import argparse
from pathlib import Path

from adiabatic.cli import command_line
from adiabatic.io.atomic import written_atomically
from adiabatic.sources.tuning_data import read_tuning_data


def parser() -> argparse.ArgumentParser:
    """The options of this script."""
    options = command_line.parser(__doc__)
    options.add_argument("--file", type=Path, required=True, help="JSON lines, plain or .gz")
    options.add_argument("--limit", type=int, help="triplets used in all")
    options.add_argument(
        "--validation", type=int, required=True, help="triplets of each held-out split"
    )
    options.add_argument("--seed", type=int, required=True, help="of all draws")
    options.add_argument("--out", type=Path, required=True, help="tuning.parquet")
    return options


def main() -> None:
    arguments = parser().parse_args()
    triplets, counts = read_tuning_data(
        arguments.file, arguments.limit, arguments.validation, arguments.seed
    )
    with written_atomically(arguments.out) as path:
        triplets.to_parquet(path, index=False)
    command_line.say(f"{arguments.file}: {command_line.in_words(counts)}")
    command_line.say(f"splits: {triplets['split'].value_counts().to_dict()}")


if __name__ == "__main__":
    command_line.run(main)
