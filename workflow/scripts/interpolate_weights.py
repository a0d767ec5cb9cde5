"""Interpolate a run's weights with the base's: base + alpha (tuned - base)."""

import json
import shutil
from pathlib import Path

from safetensors.numpy import load_file, save_file

from adiabatic.cli import command_line
from adiabatic.encoding.model_folder import DELTA, WEIGHTS
from adiabatic.encoding.provenance import (
    PROVENANCE_FILE,
    interpolation_provenance,
    weights_digest,
    write_provenance,
)
from adiabatic.io.atomic import folder_written_atomically
from adiabatic.io.errors import InputError
from adiabatic.tuning.interpolation import interpolated


def main() -> None:
    parser = command_line.parser(__doc__)
    parser.add_argument("--base", type=Path, required=True, help="folder of the base encoder")
    parser.add_argument("--run", type=Path, required=True, help="folder of the run")
    parser.add_argument("--alpha", type=float, required=True, help="0 is the base, 1 the run")
    parser.add_argument("--out", type=Path, required=True, help="folder of the interpolated run")
    arguments = parser.parse_args()
    run = json.loads((arguments.run / PROVENANCE_FILE).read_text(encoding="utf-8"))
    if run["base"]["weights_sha256"] != weights_digest(arguments.base):
        raise InputError(f"{arguments.run}: tuned from another base than {arguments.base}")
    files = sorted(arguments.base.glob(WEIGHTS))
    base = {name: weight for path in files for name, weight in load_file(path).items()}
    weights, added = interpolated(base, load_file(arguments.run / DELTA), arguments.alpha)
    with folder_written_atomically(arguments.out) as folder:
        shutil.copytree(arguments.base, folder, dirs_exist_ok=True)
        for path in files:
            part = {name: weights[name] for name in load_file(path)}
            # Without this word transformers does not read a file.
            save_file(part, folder / path.name, metadata={"format": "pt"})
        save_file(added, folder / DELTA)
        provenance = interpolation_provenance(folder, arguments.base, run, arguments.alpha)
        write_provenance(folder, provenance)
    command_line.say(f"{arguments.out}: {arguments.alpha:g} of the way from the base to the run")


if __name__ == "__main__":
    command_line.run(main)
