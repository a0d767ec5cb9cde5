"""Make runs of the plan: query encoders tuned on English triplets, each by its method."""

import argparse
import json
import time
from dataclasses import replace
from pathlib import Path

from adiabatic.cli import command_line
from adiabatic.encoding.devices import chosen_device, joined_processes, use_threads
from adiabatic.encoding.model_folder import TIME
from adiabatic.io.atomic import folder_written_atomically
from adiabatic.io.errors import InputError
from adiabatic.plan.registry import implementation
from adiabatic.plan.runs import read_plan
from adiabatic.tuning.making import Making


def parser() -> argparse.ArgumentParser:
    """The options of this script."""
    options = command_line.parser(__doc__)
    options.add_argument("--plan", type=Path, required=True, help="the runs and their settings")
    options.add_argument("--runs", nargs="+", required=True, help="names of those to make, in turn")
    options.add_argument("--base", type=Path, required=True, help="folder of the base encoder")
    options.add_argument("--data", type=Path, required=True, help="tuning.parquet")
    options.add_argument(
        "--vectors", type=Path, required=True, help="the documents' vectors by the base"
    )
    options.add_argument(
        "--checkpoints",
        type=Path,
        help="folder in which a run is saved now and then, to go on from where it was killed",
    )
    options.add_argument(
        "--checkpoint-seconds", type=float, default=60, help="between two checkpoints"
    )
    options.add_argument("--threads", type=int, default=1, help="of torch")
    options.add_argument("--out", type=Path, required=True, help="folder of the runs' folders")
    return options


def main() -> None:
    arguments = parser().parse_args()
    use_threads(arguments.threads)
    device = chosen_device()
    with joined_processes(device) as processes:
        first = processes.first
        say = command_line.say if first else lambda line: None
        runs = read_plan(arguments.plan).named(arguments.runs)
        given = Making(
            runs[0], arguments.base, arguments.data, arguments.vectors, arguments.out, device,
            arguments.threads, processes, None, arguments.checkpoint_seconds, len(runs) > 1, say,
        )  # fmt: skip
        folder = arguments.checkpoints
        files = [folder and folder / f"{run.name}.safetensors" for run in runs]
        try:
            for run, file in zip(runs, files, strict=True):
                make_run(replace(given, run=run, checkpoint=file), first)
        except InputError:
            if first:
                raise
            raise SystemExit(2) from None
        # All outputs of the job are there: none of its runs will be resumed.
        for file in filter(None, files if first else []):
            file.unlink(missing_ok=True)


def make_run(making: Making, first: bool) -> None:
    """Make one run; of processes that share it, the first writes its folder."""
    make, start = implementation(making.run.row.make), time.monotonic()
    making.say(f"{making.run.name}:")
    if not first:
        make(making, None)
        return
    with folder_written_atomically(making.runs / making.run.name) as folder:
        make(making, folder)
        seconds = {"seconds": round(time.monotonic() - start, 2)}
        (folder / TIME).write_text(json.dumps(seconds) + "\n", encoding="utf-8")


if __name__ == "__main__":
    command_line.run(main)
