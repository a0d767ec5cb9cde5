"""Download a file of tuning triplets from a dataset of the hub."""

import argparse
import shutil
from pathlib import Path

from adiabatic.cli import command_line
from adiabatic.io.atomic import written_atomically
from adiabatic.sources.hub import download_dataset_file


def parser() -> argparse.ArgumentParser:
    """The options of this script."""
    options = command_line.parser(__doc__)
    options.add_argument("--path", required=True, help="OWNER/DATASET/FILE")
    options.add_argument("--revision", help="commit of the dataset")
    options.add_argument("--out", type=Path, required=True, help="the file, under its own name")
    return options


def main() -> None:
    arguments = parser().parse_args()
    source, revision = download_dataset_file(arguments.path, arguments.revision)
    with written_atomically(arguments.out) as path:
        shutil.copyfile(source, path)
    command_line.say(f"{arguments.path}: revision {revision}")


if __name__ == "__main__":
    command_line.run(main)
