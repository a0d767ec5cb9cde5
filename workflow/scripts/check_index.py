"""Check that the base made the vectors of an index, or say which mistake explains the difference.

Some documents that have texts are embedded anew and compared with what is stored.
"""

import argparse
import json
from pathlib import Path

from adiabatic.cli import command_line
from adiabatic.encoding.devices import chosen_device, use_threads
from adiabatic.encoding.encoder import load_encoder
from adiabatic.index.compatibility import check_compatibility, check_dimension
from adiabatic.index.sample import Sample
from adiabatic.index.stored import StoredIndex
from adiabatic.io.atomic import written_atomically


def parser() -> argparse.ArgumentParser:
    """The options of this script."""
    options = command_line.parser(__doc__)
    options.add_argument("--index", type=Path, required=True, help="folder of what was read")
    options.add_argument("--base", type=Path, required=True, help="folder of the base encoder")
    options.add_argument(
        "--check-documents", type=int, required=True, help="so many; 0: nothing is checked"
    )
    options.add_argument("--threads", type=int, default=1, help="of torch")
    options.add_argument("--out", type=Path, required=True, help="what was found, JSON")
    return options


def main() -> None:
    arguments = parser().parse_args()
    use_threads(arguments.threads)
    index = StoredIndex.of(arguments.index)
    encoder = load_encoder(arguments.base, device=chosen_device())
    if not arguments.check_documents:
        check_dimension(index.vectors.shape[1], encoder)
        said, found = "not checked, as index.check_documents is 0", {"documents": 0, "codes": False}
    else:
        sample = Sample.of(index, arguments.check_documents)
        compatible = check_compatibility(sample, encoder, index.approximate)
        said, found = str(compatible), compatible.as_json()
    with written_atomically(arguments.out) as path:
        path.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    command_line.say(f"{arguments.index}: {said}")


if __name__ == "__main__":
    command_line.run(main)
