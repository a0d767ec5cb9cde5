"""Match English pairs with documents of an index: triplets, and the stored vectors of their texts.

Negatives that pairs do not have are chosen in the index.
"""

import argparse
import json
from pathlib import Path

from adiabatic.cli import command_line
from adiabatic.encoding.devices import chosen_device, use_threads
from adiabatic.encoding.document_vectors import write_vector_blocks
from adiabatic.encoding.encoder import load_encoder
from adiabatic.encoding.provenance import document_side_digest
from adiabatic.index.matching import match_pairs
from adiabatic.index.stored import StoredIndex
from adiabatic.io.atomic import written_atomically
from adiabatic.io.errors import InputError


def parser() -> argparse.ArgumentParser:
    """The options of this script."""
    options = command_line.parser(__doc__)
    options.add_argument("--file", type=Path, required=True, help="JSON lines, plain or .gz")
    options.add_argument("--index", type=Path, required=True, help="folder of what was read")
    options.add_argument("--check", type=Path, required=True, help="what its check found")
    options.add_argument("--base", type=Path, required=True, help="folder of the base encoder")
    options.add_argument("--limit", type=int, help="triplets used in all")
    options.add_argument(
        "--validation", type=int, required=True, help="triplets of each held-out split"
    )
    options.add_argument(
        "--below", type=float, required=True, help="share of its positive's score that is none"
    )
    options.add_argument(
        "--need-texts", nargs="*", default=[], help="methods that need the documents' texts"
    )
    options.add_argument("--seed", type=int, required=True, help="of all draws")
    options.add_argument("--threads", type=int, default=1, help="of torch")
    options.add_argument("--vectors", type=Path, required=True, help="stored vectors, tuning.npy")
    options.add_argument("--report", type=Path, required=True, help="what became of the pairs")
    options.add_argument("--out", type=Path, required=True, help="tuning.parquet")
    return options


def main() -> None:
    arguments = parser().parse_args()
    use_threads(arguments.threads)
    index = StoredIndex.of(arguments.index)
    codes = json.loads(arguments.check.read_text(encoding="utf-8"))["codes"]
    encoder = load_encoder(arguments.base, device=chosen_device())
    matched = match_pairs(
        arguments.file, index, lambda queries: encoder.encode(queries, "query"), arguments.below,
        arguments.limit, arguments.validation, arguments.seed, codes,
    )  # fmt: skip
    command_line.say(f"{arguments.file}: {command_line.in_words(matched.counts)}")
    lacking = matched.counts.without_text
    if lacking and arguments.need_texts:
        raise InputError(
            f"index: {lacking} of the {len(matched.texts)} documents that are tuned on have no "
            f"text, which {', '.join(arguments.need_texts)} in tuning.methods cannot do without; "
            "leave these methods out, or give the texts (index.columns.text)"
        )
    digest = document_side_digest(arguments.base)
    blocks = matched.vector_blocks(index, codes)
    count, width = write_vector_blocks(arguments.vectors, blocks, digest)
    with written_atomically(arguments.report) as path:
        text = json.dumps(matched.report(), indent=2, ensure_ascii=False)
        path.write_text(text + "\n", encoding="utf-8")
    with written_atomically(arguments.out) as path:
        matched.triplets.to_parquet(path, index=False)
    command_line.say(f"splits: {matched.triplets['split'].value_counts().to_dict()}")
    command_line.say(f"{arguments.vectors}: {count} stored vectors of {width} numbers")


if __name__ == "__main__":
    command_line.run(main)
