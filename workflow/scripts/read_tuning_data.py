"""Read English tuning triplets into tuning.parquet: choose missing negatives, make the splits."""

from pathlib import Path

from adiabatic.cli import command_line
from adiabatic.io.atomic import written_atomically
from adiabatic.sources.tuning_data import read_tuning_data


def main() -> None:
    parser = command_line.parser(__doc__)
    parser.add_argument("--file", type=Path, required=True, help="JSON lines, plain or .gz")
    parser.add_argument("--limit", type=int, help="triplets used in all")
    parser.add_argument(
        "--validation", type=int, required=True, help="triplets of each held-out split"
    )
    parser.add_argument("--seed", type=int, required=True, help="of all draws")
    parser.add_argument("--out", type=Path, required=True, help="tuning.parquet")
    arguments = parser.parse_args()
    triplets, counts = read_tuning_data(
        arguments.file, arguments.limit, arguments.validation, arguments.seed
    )
    with written_atomically(arguments.out) as path:
        triplets.to_parquet(path, index=False)
    command_line.say(f"{arguments.file}: {command_line.in_words(counts)}")
    command_line.say(f"splits: {triplets['split'].value_counts().to_dict()}")


if __name__ == "__main__":
    command_line.run(main)
