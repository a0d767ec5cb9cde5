"""Train the embedded world's base, a tiny multilingual BERT, from its parallel sentences."""

from dataclasses import fields
from pathlib import Path

from adiabatic.cli import command_line
from adiabatic.encoding.devices import use_threads
from adiabatic.encoding.encoder import save_encoder
from adiabatic.encoding.pretraining import BaseSizes, pretrain_base, read_parallel
from adiabatic.encoding.provenance import base_provenance, write_provenance
from adiabatic.io.atomic import folder_written_atomically


def main() -> None:
    parser = command_line.parser(__doc__)
    parser.add_argument("--parallel", nargs="+", type=Path, required=True, help="a file a language")
    for field in fields(BaseSizes):
        option = "--" + field.name.replace("_", "-")
        parser.add_argument(option, type=int, required=True)
    parser.add_argument("--seed", type=int, required=True, help="of all draws")
    parser.add_argument("--threads", type=int, default=1, help="of torch")
    parser.add_argument("--out", type=Path, required=True, help="model folder")
    arguments = parser.parse_args()
    use_threads(arguments.threads)
    sizes = BaseSizes(**{field.name: getattr(arguments, field.name) for field in fields(BaseSizes)})
    sentences = read_parallel(arguments.parallel)
    encoder = pretrain_base(sentences, sizes, arguments.seed, command_line.say)
    with folder_written_atomically(arguments.out) as folder:
        save_encoder(encoder, folder)
        write_provenance(folder, base_provenance(folder, "embedded", "pretrained here", None))


if __name__ == "__main__":
    command_line.run(main)
