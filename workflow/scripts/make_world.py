"""Write the synthetic world: generated texts in eight languages, in the formats of real sources."""

import argparse
from pathlib import Path

from adiabatic.cli import command_line
from adiabatic.io.atomic import folder_written_atomically
from adiabatic.sources.world import WorldSizes, write_world


def parser() -> argparse.ArgumentParser:
    """The options of this script."""
    options = command_line.parser(__doc__)
    options.add_argument("--out", type=Path, required=True, help="folder of the raw files")
    for name in WorldSizes.__dataclass_fields__:
        options.add_argument(f"--{name}", type=int, required=True, help=f"number of {name}")
    options.add_argument("--seed", type=int, required=True, help="of all draws")
    return options


def main() -> None:
    arguments = parser().parse_args()
    sizes = {name: getattr(arguments, name) for name in WorldSizes.__dataclass_fields__}
    with folder_written_atomically(arguments.out) as folder:
        write_world(folder, WorldSizes(**sizes), arguments.seed)
    command_line.say(f"{arguments.out}: {sizes}")


if __name__ == "__main__":
    command_line.run(main)
