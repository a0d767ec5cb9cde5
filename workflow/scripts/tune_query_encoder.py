"""Tune the query encoder on English triplets against the frozen encoder's document vectors."""

from argparse import Namespace
from dataclasses import asdict, fields
from pathlib import Path

import torch
from safetensors.torch import save_file

from adiabatic import command_line
from adiabatic.checkpoints import Checkpoints, Stopped
from adiabatic.corpora import (
    DOCUMENT_COLUMNS,
    check_same_encoder,
    hashed_rows,
    read_vectors,
)
from adiabatic.devices import Processes, chosen_device, joined_processes, use_threads
from adiabatic.encoder import load_encoder, save_encoder
from adiabatic.encoder_settings import DELTA
from adiabatic.errors import InputError
from adiabatic.frames import read_frame
from adiabatic.provenance import (
    FrozenFiles,
    document_side_digest,
    run_identity,
    run_provenance,
    write_provenance,
)
from adiabatic.trained_weights import PRECISIONS
from adiabatic.tuning import (
    FORWARD,
    HISTORY_POINTS,
    Triplets,
    TuningSettings,
    parameter_counts,
    tune,
)


def main() -> None:
    parser = command_line.parser(__doc__)
    parser.add_argument("--base", type=Path, required=True, help="folder of the base encoder")
    parser.add_argument("--data", type=Path, required=True, help="tuning.parquet")
    parser.add_argument("--vectors", type=Path, required=True, help="its documents' vectors")
    parser.add_argument("--learning-rate", type=float, required=True, help="of AdamW")
    parser.add_argument("--seed", type=int, required=True, help="of the order of the triplets")
    parser.add_argument(
        "--loss", choices=["triplet", "ranking"], default="triplet", help="see config.yaml"
    )
    parser.add_argument(
        "--margin", type=float, default=0.1, help="of the triplet loss, in units of similarity"
    )
    parser.add_argument(
        "--temperature", type=float, default=0.05, help="of the ranking loss, likewise"
    )
    parser.add_argument("--batch-size", type=int, default=16, help="triplets a batch")
    parser.add_argument(
        "--accumulate", type=int, default=1, help="batches whose gradients make one step"
    )
    parser.add_argument(
        "--schedule", choices=["constant", "linear"], default="constant", help="of the rate"
    )
    parser.add_argument(
        "--warmup", type=float, default=0.0, help="share of the steps in which the rate rises"
    )
    parser.add_argument(
        "--max-gradient-norm", type=float, help="gradients are clipped to it; none: never"
    )
    parser.add_argument("--dropout", type=float, default=0.0, help="probability; 0: none")
    parser.add_argument("--epochs", type=int, default=1, help="passes over the triplets")
    parser.add_argument(
        "--patience",
        type=int,
        help=f"rows of the history ({HISTORY_POINTS} a run) without a better validation accuracy "
        "after which a run stops; the best weights are kept; none: neither",
    )
    parser.add_argument(
        "--freeze", nargs="*", default=[], help="sets or patterns of names that are not tuned"
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


def tune_run(arguments: Namespace, device: torch.device, processes: Processes) -> None:
    """Tune, and write the run's folder if this is the first process."""
    options = vars(arguments) | {"freeze": tuple(arguments.freeze)}
    settings = TuningSettings(
        **{field.name: options[field.name] for field in fields(TuningSettings)}
    )
    say = command_line.say if processes.first else lambda line: None
    frozen = FrozenFiles.of(arguments.base, arguments.vectors)
    encoder = load_encoder(arguments.base, device=device)
    (positives, negatives), hashes = hashed_rows(arguments.data, DOCUMENT_COLUMNS["triplets"])
    documents = read_vectors(arguments.vectors, hashes)
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
    check_same_encoder([arguments.vectors], document_side_digest(arguments.base))
    files = {"triplets": arguments.data, "vectors": arguments.vectors}
    computed = {"device": device.type, "processes": processes.count, "threads": arguments.threads}
    checkpoints = None
    if arguments.checkpoint:
        identity = run_identity(asdict(settings) | computed, files, frozen)
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
    with command_line.folder_written_atomically(arguments.out) as folder:
        save_encoder(encoder, folder)
        save_file(tuned.differences, folder / DELTA)
        tuned.history.to_csv(folder / "history.csv", index=False)
        provenance = run_provenance(
            folder,
            arguments.base,
            asdict(settings),
            computed,
            parameter_counts(encoder.model),
            len(train.queries),
            files,
            frozen,
        )
        write_provenance(folder, provenance)
    if checkpoints:
        checkpoints.remove()


if __name__ == "__main__":
    command_line.run(main)
