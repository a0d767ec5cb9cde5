"""Embed the documents of one corpus with the frozen encoder, once for every run."""

from pathlib import Path

from adiabatic.cli import command_line
from adiabatic.encoding.corpora import document_blocks
from adiabatic.encoding.devices import chosen_device, use_threads
from adiabatic.encoding.document_vectors import write_vector_blocks
from adiabatic.encoding.encoder import load_encoder
from adiabatic.encoding.provenance import document_side_digest
from adiabatic.tasks.kinds import DOCUMENT_COLUMNS


def main() -> None:
    parser = command_line.parser(__doc__)
    parser.add_argument("--base", type=Path, required=True, help="folder of the frozen encoder")
    parser.add_argument("--data", nargs="+", type=Path, required=True, help="parquet files")
    parser.add_argument(
        "--kind", choices=list(DOCUMENT_COLUMNS), required=True, help="of the items"
    )
    parser.add_argument("--threads", type=int, default=1, help="of torch")
    parser.add_argument("--out", type=Path, required=True, help="float32 vectors, .npy")
    arguments = parser.parse_args()
    use_threads(arguments.threads)
    encoder = load_encoder(arguments.base, device=chosen_device())
    blocks = document_blocks(arguments.data, DOCUMENT_COLUMNS[arguments.kind])
    count, width = write_vector_blocks(
        arguments.out,
        ((texts, encoder.encode(texts, "document", progress="documents")) for texts in blocks),
        document_side_digest(arguments.base),
    )
    command_line.say(f"{arguments.out}: {count} documents, {width} dimensions")


if __name__ == "__main__":
    command_line.run(main)
