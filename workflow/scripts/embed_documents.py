"""Embed the documents of one corpus with the frozen encoder, once for every run."""

from pathlib import Path

from adiabatic import command_line
from adiabatic.corpora import DOCUMENT_COLUMNS, document_texts, write_vectors
from adiabatic.devices import chosen_device, use_threads
from adiabatic.encoder import load_encoder
from adiabatic.frames import read_frame
from adiabatic.provenance import document_side_digest


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
    columns = DOCUMENT_COLUMNS[arguments.kind]
    frames = [read_frame(path, columns=columns) for path in arguments.data]
    texts = document_texts(frames, columns)
    vectors = load_encoder(arguments.base, device=chosen_device()).encode(
        texts.tolist(), "document", progress="documents"
    )
    write_vectors(arguments.out, vectors, texts, document_side_digest(arguments.base))
    command_line.say(f"{arguments.out}: {len(vectors)} documents, {vectors.shape[1]} dimensions")


if __name__ == "__main__":
    command_line.run(main)
