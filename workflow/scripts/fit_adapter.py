"""Fit a matrix on the vectors of queries, which the base encodes once; no weight of it moves."""

from dataclasses import fields, replace
from pathlib import Path

import torch
from safetensors.torch import save_file

from adiabatic.cli import command_line
from adiabatic.cli.tuning_options import add_data_options, add_training_options
from adiabatic.encoding.corpora import hashed_rows
from adiabatic.encoding.devices import chosen_device, use_threads
from adiabatic.encoding.document_vectors import check_same_encoder, read_vectors
from adiabatic.encoding.encoder import load_encoder, save_encoder
from adiabatic.encoding.model_folder import DELTA
from adiabatic.encoding.provenance import (
    FrozenFiles,
    document_side_digest,
    run_provenance,
    write_provenance,
)
from adiabatic.io.atomic import folder_written_atomically
from adiabatic.io.errors import InputError
from adiabatic.io.parquet import read_frame
from adiabatic.tasks.kinds import DOCUMENT_COLUMNS
from adiabatic.tuning.adapters import EncodedTriplets, linear_adapter, procrustes
from adiabatic.tuning.settings import TuningSettings


def main() -> None:
    parser = command_line.parser(__doc__)
    add_data_options(parser)
    parser.add_argument(
        "--vectors", type=Path, required=True, help="the documents' vectors by the base"
    )
    parser.add_argument(
        "--method",
        choices=["linear-adapter", "procrustes"],
        required=True,
        help="trained from the identity, or the orthogonal matrix from queries to positives",
    )
    add_training_options(parser)
    parser.add_argument("--threads", type=int, default=1, help="of torch")
    parser.add_argument("--out", type=Path, required=True, help="folder of the run")
    arguments = parser.parse_args()
    use_threads(arguments.threads)
    trained = arguments.method == "linear-adapter"
    for name in ("learning_rate", "seed"):
        if (getattr(arguments, name) is None) == trained:
            what = "missing; needed" if trained else "found, which is not read"
            raise InputError(f"--{name.replace('_', '-')}: {what} with method {arguments.method}")
    frozen = FrozenFiles.of(arguments.base, arguments.vectors)
    check_same_encoder([arguments.vectors], document_side_digest(arguments.base))
    encoder = load_encoder(arguments.base, device=chosen_device())
    rows, hashes = hashed_rows(arguments.data, DOCUMENT_COLUMNS["triplets"])
    documents = read_vectors(arguments.vectors, hashes)
    data = read_frame(arguments.data, columns=["query", "split"])
    parts = (data["split"].to_numpy() == split for split in ("train", "validation"))
    train, validation = (
        EncodedTriplets(
            encoder.encode(data.loc[part, "query"].tolist(), "query", progress="queries"),
            *(of_column[part] for of_column in rows),
        )
        for part in parts
    )
    said: dict[str, object] = {"method": arguments.method}
    if trained:
        names = {field.name for field in fields(TuningSettings)} & set(vars(arguments))
        given = {name: getattr(arguments, name) for name in names}
        settings = TuningSettings(**given, freeze=(), precision="delta")
        unit_length = encoder.settings.similarity == "cosine"
        adapter = linear_adapter(
            train, validation, documents, settings, unit_length, command_line.say
        )
        said = settings.of_method()
    else:
        adapter = procrustes(train, validation, documents)
    accuracy = adapter.history.loc[adapter.history["kept"], "validation_accuracy"].item()
    command_line.say(f"validation accuracy {accuracy:.4f}")
    with folder_written_atomically(arguments.out) as folder:
        save_encoder(replace(encoder, projection=torch.from_numpy(adapter.matrix)), folder)
        save_file({}, folder / DELTA)
        adapter.history.to_csv(folder / "history.csv", index=False)
        frozen_weights = sum(parameter.numel() for parameter in encoder.model.parameters())
        provenance = run_provenance(
            folder,
            arguments.base,
            said,
            {"device": encoder.model.device.type, "processes": 1, "threads": arguments.threads},
            {"tuned": adapter.matrix.size, "frozen": frozen_weights},
            len(train.queries),
            {"triplets": arguments.data, "vectors": arguments.vectors},
            frozen,
            script="fit_adapter",
        )
        write_provenance(folder, provenance)


if __name__ == "__main__":
    command_line.run(main)
