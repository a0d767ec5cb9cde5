"""Tune the query encoder on English triplets against the frozen encoder's document vectors.

So are the baselines that move its weights: with documents encoded anew, or by low-rank matrices.
"""

from argparse import Namespace
from dataclasses import fields
from pathlib import Path

import torch
from safetensors.torch import save_file

from adiabatic.cli import command_line
from adiabatic.cli.tuning_options import add_data_options, add_training_options
from adiabatic.encoding.corpora import document_texts, hashed_rows
from adiabatic.encoding.devices import Processes, chosen_device, joined_processes, use_threads
from adiabatic.encoding.document_vectors import check_same_encoder, read_vectors
from adiabatic.encoding.encoder import load_encoder, save_encoder
from adiabatic.encoding.model_folder import DELTA
from adiabatic.encoding.provenance import (
    FrozenFiles,
    document_side_digest,
    run_identity,
    run_provenance,
    write_provenance,
)
from adiabatic.io.atomic import folder_written_atomically
from adiabatic.io.errors import InputError
from adiabatic.io.parquet import read_frame
from adiabatic.tasks.kinds import DOCUMENT_COLUMNS
from adiabatic.tuning.checkpoints import Checkpoints, Stopped
from adiabatic.tuning.loop import Triplets, tune
from adiabatic.tuning.settings import FORWARD, TuningSettings
from adiabatic.tuning.trained_weights import PRECISIONS


def main() -> None:
    parser = command_line.parser(__doc__)
    add_data_options(parser)
    parser.add_argument("--vectors", type=Path, help="the documents' vectors by the base")
    parser.add_argument(
        "--method",
        choices=["query-encoder", "both-encoders", "lora"],
        default="query-encoder",
        help="both-encoders: documents are encoded anew, by what is tuned, and --vectors not read",
    )
    add_training_options(parser)
    parser.add_argument(
        "--accumulate", type=int, default=1, help="batches whose gradients make one step"
    )
    parser.add_argument(
        "--max-gradient-norm", type=float, help="gradients are clipped to it; none: never"
    )
    parser.add_argument("--dropout", type=float, default=0.0, help="probability; 0: none")
    parser.add_argument(
        "--freeze", nargs="*", default=[], help="sets or patterns of names that are not tuned"
    )
    parser.add_argument("--rank", type=int, default=8, help="of lora's matrices")
    parser.add_argument(
        "--targets",
        nargs="*",
        default=[],
        help="of lora: endings of the names of the linear layers that get them; none: all",
    )
    parser.add_argument(
        "--precision",
        choices=PRECISIONS,
        default="delta",
        help="delta: AdamW on the difference from the base, exact at tiny rates",
    )
    parser.add_argument(
        "--forward",
        choices=FORWARD,
        default="float32",
        help="arithmetic of the forward and backward pass; updates stay as --precision says",
    )
    parser.add_argument(
        "--checkpoint",
        type=Path,
        help="file to resume from; written now and then, removed at the end",
    )
    parser.add_argument(
        "--checkpoint-seconds", type=float, default=60, help="between two checkpoints"
    )
    parser.add_argument("--threads", type=int, default=1, help="of torch")
    parser.add_argument("--out", type=Path, required=True, help="folder of the run")
    arguments = parser.parse_args()
    use_threads(arguments.threads)
    device = chosen_device()
    with joined_processes(device) as processes:
        try:
            tune_run(arguments, device, processes)
        except InputError:
            if processes.first:
                raise
            raise SystemExit(2) from None


def check_options(arguments: Namespace) -> None:
    """Raises InputError where an option is missing, or is not read by the method."""
    method = arguments.method
    for name in ("learning_rate", "seed"):
        if getattr(arguments, name) is None:
            raise InputError(f"--{name.replace('_', '-')}: missing; a number is needed")
    if (arguments.vectors is None) != (method == "both-encoders"):
        what = "missing; needed" if arguments.vectors is None else "found, which is not read"
        raise InputError(f"--vectors: {what} with method {method}")
    if arguments.freeze and method == "lora":
        raise InputError("--freeze: found, which is not read with method lora")
    if arguments.targets and method != "lora":
        raise InputError(f"--targets: found, which is not read with method {method}")


def tune_run(arguments: Namespace, device: torch.device, processes: Processes) -> None:
    """Tune, and write the run's folder if this is the first process."""
    check_options(arguments)
    tuples = {"freeze": tuple(arguments.freeze), "targets": tuple(arguments.targets)}
    options = vars(arguments) | tuples
    settings = TuningSettings(
        **{field.name: options[field.name] for field in fields(TuningSettings)}
    )
    say = command_line.say if processes.first else lambda line: None
    frozen = FrozenFiles.of(arguments.base, arguments.vectors)
    encoder = load_encoder(arguments.base, device=device)
    columns = DOCUMENT_COLUMNS["triplets"]
    (positives, negatives), hashes = hashed_rows(arguments.data, columns)
    if arguments.vectors:
        documents = read_vectors(arguments.vectors, hashes)
        check_same_encoder([arguments.vectors], document_side_digest(arguments.base))
    else:
        texts = document_texts([read_frame(arguments.data, columns=columns)], columns)
        documents = encoder.tokenize(texts.tolist(), "document")
    data = read_frame(arguments.data, columns=["query", "split"])
    data = data.assign(positive=positives, negative=negatives)
    train, validation = (
        Triplets(
            encoder.tokenize(part["query"].tolist(), "query"),
            part["positive"].to_numpy(),
            part["negative"].to_numpy(),
        )
        for part in (data[data["split"] == split] for split in ("train", "validation"))
    )
    files = {"triplets": arguments.data}
    if arguments.vectors:
        files["vectors"] = arguments.vectors
    computed = {"device": device.type, "processes": processes.count, "threads": arguments.threads}
    checkpoints = None
    if arguments.checkpoint:
        identity = run_identity(settings.of_method() | computed, files, frozen)
        checkpoints = Checkpoints(arguments.checkpoint, identity, arguments.checkpoint_seconds, say)
    try:
        tuned = tune(
            encoder,
            train,
            validation,
            documents,
            settings,
            say,
            checkpoints,
            processes,
        )
    except Stopped as stopped:
        say(f"{stopped}; run again to go on")
        raise SystemExit(143) from None
    if not processes.first:
        return
    with folder_written_atomically(arguments.out) as folder:
        save_encoder(encoder, folder)
        save_file(tuned.differences, folder / DELTA)
        tuned.history.to_csv(folder / "history.csv", index=False)
        provenance = run_provenance(
            folder,
            arguments.base,
            settings.of_method(),
            computed,
            tuned.parameters,
            len(train.queries),
            files,
            frozen,
        )
        write_provenance(folder, provenance)
    if checkpoints:
        checkpoints.remove()


if __name__ == "__main__":
    command_line.run(main)
