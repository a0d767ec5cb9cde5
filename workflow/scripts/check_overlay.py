"""Check that an overlay can be read, before Snakemake reads it and says in its own words if not."""

import argparse
from pathlib import Path

from adiabatic.cli import command_line
from adiabatic.experiment.overlays import read_overlay


def parser() -> argparse.ArgumentParser:
    """The options of this script."""
    options = command_line.parser(__doc__)
    options.add_argument("overlay", type=Path, help="YAML with some of the keys of config.yaml")
    return options


def main() -> None:
    read_overlay(parser().parse_args().overlay)


if __name__ == "__main__":
    command_line.run(main)
