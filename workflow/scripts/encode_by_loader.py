"""Encode texts with an exported encoder by one of the libraries that load it."""

import argparse
import json
from importlib.metadata import version
from pathlib import Path

import numpy as np

from adiabatic.cli import command_line
from adiabatic.export.loaders import LOADERS


def parser() -> argparse.ArgumentParser:
    """The options of this script."""
    options = command_line.parser(__doc__)
    options.add_argument("--loader", choices=LOADERS, required=True, help="the library")
    options.add_argument("--folder", type=Path, required=True, help="of the exported encoder")
    options.add_argument("--texts", type=Path, required=True, help="JSON list")
    options.add_argument("--out", type=Path, required=True, help="vectors, .npy")
    return options


def main() -> None:
    arguments = parser().parse_args()
    loader = LOADERS[arguments.loader]
    texts = json.loads(arguments.texts.read_text(encoding="utf-8"))
    np.save(arguments.out, loader.encode(arguments.folder, texts))
    command_line.say(version(loader.package))


if __name__ == "__main__":
    command_line.run(main)
