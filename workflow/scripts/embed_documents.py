"""Embed the documents of corpora with the frozen encoder, once for every run."""

import argparse
from pathlib import Path

from adiabatic.cli import command_line
from adiabatic.encoding.corpora import document_blocks
from adiabatic.encoding.devices import chosen_device, use_threads
from adiabatic.encoding.document_vectors import write_vector_blocks
from adiabatic.encoding.encoder import load_encoder
from adiabatic.encoding.provenance import document_side_digest
from adiabatic.io.errors import InputError
from adiabatic.plan.runs import read_plan
from adiabatic.tasks.kinds import ARXIV, KINDS, TRIPLETS, TUNING


def parser() -> argparse.ArgumentParser:
    """The options of this script."""
    options = command_line.parser(__doc__)
    options.add_argument("--plan", type=Path, required=True, help="kinds of the tasks")
    options.add_argument("--base", type=Path, required=True, help="folder of the frozen encoder")
    options.add_argument("--pairs", nargs="*", type=Path, default=[], help="STYLE-LEVEL.parquet")
    options.add_argument("--tuning", type=Path, help="tuning.parquet")
    options.add_argument("--tasks", nargs="*", type=Path, default=[], help="TASK.parquet of each")
    options.add_argument("--threads", type=int, default=1, help="of torch")
    options.add_argument(
        "--out", type=Path, required=True, help=f"folder of {ARXIV}.npy, {TUNING}.npy, TASK.npy"
    )
    return options


def main() -> None:
    arguments = parser().parse_args()
    kinds = {task.name: task.kind for task in read_plan(arguments.plan).tasks}
    corpora = {path.stem: ([path], kinds[path.stem]) for path in arguments.tasks}
    if arguments.pairs:
        corpora[ARXIV] = (arguments.pairs, TRIPLETS)
    if arguments.tuning:
        corpora[TUNING] = ([arguments.tuning], TRIPLETS)
    if not corpora:
        raise InputError("--pairs, --tuning, --tasks: none found; one at least is needed")
    use_threads(arguments.threads)
    encoder = load_encoder(arguments.base, device=chosen_device())
    digest = document_side_digest(arguments.base)
    for name, (paths, kind) in corpora.items():
        blocks = document_blocks(paths, KINDS[kind].documents)
        vectors = ((texts, encoder.encode(texts, "document", progress=name)) for texts in blocks)
        count, width = write_vector_blocks(arguments.out / f"{name}.npy", vectors, digest)
        command_line.say(f"{name}: {count} documents, {width} dimensions")


if __name__ == "__main__":
    command_line.run(main)
