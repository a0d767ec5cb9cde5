"""List which parameters of the base are tuned and which are frozen."""

import argparse
from pathlib import Path

import pandas as pd

from adiabatic.cli import command_line
from adiabatic.encoding.base_parameters import parameter_names
from adiabatic.io.atomic import written_atomically
from adiabatic.tuning.freezing import trained_names


def parser() -> argparse.ArgumentParser:
    """The options of this script."""
    options = command_line.parser(__doc__)
    options.add_argument("--base", type=Path, required=True, help="folder of the base encoder")
    options.add_argument(
        "--freeze", nargs="*", default=[], help="sets or patterns of names that are not tuned"
    )
    options.add_argument("--out", type=Path, required=True, help="CSV, a row for each parameter")
    return options


def main() -> None:
    arguments = parser().parse_args()
    names = sorted(parameter_names(arguments.base))
    tuned = trained_names(names, tuple(arguments.freeze))
    states = ["tuned" if name in tuned else "frozen" for name in names]
    with written_atomically(arguments.out) as path:
        pd.DataFrame({"parameter": names, "state": states}).to_csv(path, index=False)
    command_line.say(f"{len(tuned)} of {len(names)} parameters are tuned")


if __name__ == "__main__":
    command_line.run(main)
