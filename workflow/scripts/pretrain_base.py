"""Train the synthetic world's base, a tiny multilingual BERT, from its parallel sentences."""

import argparse
from dataclasses import fields
from pathlib import Path

from adiabatic.cli import command_line
from adiabatic.encoding.devices import use_threads
from adiabatic.encoding.encoder import save_encoder
from adiabatic.encoding.pretraining import BaseSizes, pretrain_base, read_parallel
from adiabatic.encoding.provenance import base_provenance, write_provenance
from adiabatic.io.atomic import folder_written_atomically


def parser() -> argparse.ArgumentParser:
    """The options of this script."""
    options = command_line.parser(__doc__)
    options.add_argument(
        "--parallel", nargs="+", type=Path, required=True, help="a file a language"
    )
    for field in fields(BaseSizes):
        option = "--" + field.name.replace("_", "-")
        options.add_argument(option, type=int, required=True)
    options.add_argument("--seed", type=int, required=True, help="of all draws")
    options.add_argument("--threads", type=int, default=1, help="of torch")
    options.add_argument("--out", type=Path, required=True, help="model folder")
    return options


def main() -> None:
    arguments = parser().parse_args()
    use_threads(arguments.threads)
    sizes = BaseSizes(**{field.name: getattr(arguments, field.name) for field in fields(BaseSizes)})
    sentences = read_parallel(arguments.parallel)
    encoder = pretrain_base(sentences, sizes, arguments.seed, command_line.say)
    with folder_written_atomically(arguments.out) as folder:
        save_encoder(encoder, folder)
        write_provenance(folder, base_provenance(folder, "synthetic", "pretrained here", None))


if __name__ == "__main__":
    command_line.run(main)
