"""Bring a base model (a local folder, or one of the hub) into the experiment's base/ folder."""

import argparse
from dataclasses import asdict
from pathlib import Path

from adiabatic.cli import command_line
from adiabatic.encoding.encoder import load_encoder, save_encoder
from adiabatic.encoding.model_folder import (
    SIMILARITIES,
    check_model_folder,
    check_weights,
    resolve_settings,
)
from adiabatic.encoding.provenance import base_provenance, write_provenance
from adiabatic.io.atomic import folder_written_atomically
from adiabatic.sources.hub import download_model


def parser() -> argparse.ArgumentParser:
    """The options of this script."""
    options = command_line.parser(__doc__)
    options.add_argument("--source", choices=["path", "hub"], required=True, help="of the model")
    options.add_argument("--model", required=True, help="folder, or name on the hub")
    options.add_argument("--revision", help="commit on the hub")
    options.add_argument(
        "--pooling", choices=["mean", "cls"], help="as the folder says, if not given"
    )
    options.add_argument(
        "--similarity", choices=SIMILARITIES, help="as the folder says, if not given"
    )
    for side in ("query", "document"):
        options.add_argument(f"--{side}-prefix", help="as the folder says, if not given")
        options.add_argument(
            f"--max-{side}-tokens", type=int, help="as the folder says, if not given"
        )
    options.add_argument("--out", type=Path, required=True, help="model folder")
    return options


def main() -> None:
    arguments = parser().parse_args()
    revision = arguments.revision
    if arguments.source == "hub":
        source, revision = download_model(arguments.model, revision, check_weights)
    else:
        source = Path(arguments.model)
    check_model_folder(source)
    wanted = {
        "pooling": arguments.pooling,
        "similarity": arguments.similarity,
        "query_prefix": arguments.query_prefix,
        "document_prefix": arguments.document_prefix,
        "max_query_tokens": arguments.max_query_tokens,
        "max_document_tokens": arguments.max_document_tokens,
    }
    settings = resolve_settings(source, arguments.model, wanted)
    with folder_written_atomically(arguments.out) as folder:
        save_encoder(load_encoder(source, settings), folder)
        provenance = base_provenance(folder, arguments.source, arguments.model, revision)
        write_provenance(folder, provenance)
    command_line.say(f"{arguments.model}: revision {revision or 'none (a local folder)'}")
    for name, value in asdict(settings).items():
        command_line.say(f"{name}: {value!r}")


if __name__ == "__main__":
    command_line.run(main)
