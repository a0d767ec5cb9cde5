"""Tune the query encoder on English triplets against the frozen encoder's document vectors."""

from dataclasses import asdict
from pathlib import Path

import pandas as pd

from adiabatic import command_line
from adiabatic.checkpoints import Checkpoints, Stopped
from adiabatic.corpora import (
    DOCUMENT_COLUMNS,
    check_same_encoder,
    document_rows,
    document_texts,
    read_vectors,
)
from adiabatic.encoder import Encoder, load_encoder, save_encoder, use_threads
from adiabatic.frames import read_frame
from adiabatic.provenance import (
    FrozenFiles,
    document_side_digest,
    run_identity,
    run_provenance,
    write_provenance,
)
from adiabatic.tuning import Triplets, TuningSettings, parameter_counts, tune


def main() -> None:
    parser = command_line.parser(__doc__)
    parser.add_argument("--base", type=Path, required=True, help="folder of the base encoder")
    parser.add_argument("--data", type=Path, required=True, help="tuning.parquet")
    parser.add_argument("--vectors", type=Path, required=True, help="its documents' vectors")
    parser.add_argument("--learning-rate", type=float, required=True, help="of AdamW")
    parser.add_argument("--seed", type=int, required=True, help="of the order of the triplets")
    parser.add_argument(
        "--margin", type=float, default=0.1, help="of the triplet loss, cosine similarity"
    )
    parser.add_argument(
        "--loss", choices=["triplet", "ranking"], default="triplet", help="see config.yaml"
    )
    parser.add_argument(
        "--temperature", type=float, default=0.05, help="of the ranking loss, cosine similarity"
    )
    parser.add_argument(
        "--schedule", choices=["constant", "linear"], default="constant", help="of the rate"
    )
    parser.add_argument(
        "--warmup", type=float, default=0.0, help="share of the steps in which the rate rises"
    )
    parser.add_argument(
        "--accumulate", type=int, default=1, help="batches whose gradients make one step"
    )
    parser.add_argument(
        "--max-gradient-norm", type=float, help="gradients are clipped to it; none: never"
    )
    parser.add_argument("--batch-size", type=int, default=16, help="triplets a step")
    parser.add_argument("--epochs", type=int, default=1, help="passes over the triplets")
    parser.add_argument(
        "--freeze", nargs="*", default=[], help="patterns of parameter names that are not tuned"
    )
    parser.add_argument(
        "--precision",
        choices=["delta", "plain"],
        default="delta",
        help="delta: AdamW on the difference from the base, exact at tiny rates",
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
    settings = TuningSettings(
        learning_rate=arguments.learning_rate,
        seed=arguments.seed,
        margin=arguments.margin,
        batch_size=arguments.batch_size,
        epochs=arguments.epochs,
        freeze=tuple(arguments.freeze),
        precision=arguments.precision,
        loss=arguments.loss,
        temperature=arguments.temperature,
        schedule=arguments.schedule,
        warmup=arguments.warmup,
        accumulate=arguments.accumulate,
        max_gradient_norm=arguments.max_gradient_norm,
    )
    frozen = FrozenFiles.of(arguments.base, arguments.vectors)
    encoder = load_encoder(arguments.base)
    data = read_frame(arguments.data)
    corpus = document_texts([data], DOCUMENT_COLUMNS["triplets"])
    train, validation = (
        triplets_of(data[data["split"] == split], encoder, corpus)
        for split in ("train", "validation")
    )
    documents = read_vectors(arguments.vectors, corpus)
    check_same_encoder([arguments.vectors], document_side_digest(arguments.base))
    files = {"triplets": arguments.data, "vectors": arguments.vectors}
    checkpoints = None
    if arguments.checkpoint:
        identity = run_identity(asdict(settings), files, frozen)
        checkpoints = Checkpoints(
            arguments.checkpoint, identity, arguments.checkpoint_seconds, command_line.say
        )
    try:
        history = tune(
            encoder, train, validation, documents, settings, command_line.say, checkpoints
        )
    except Stopped as stopped:
        command_line.say(f"{stopped}; run again to go on")
        raise SystemExit(143) from None
    with command_line.folder_written_atomically(arguments.out) as folder:
        save_encoder(encoder, folder)
        history.to_csv(folder / "history.csv", index=False)
        provenance = run_provenance(
            folder,
            arguments.base,
            asdict(settings),
            parameter_counts(encoder.model),
            len(train.queries),
            files,
            frozen,
        )
        write_provenance(folder, provenance)
    if checkpoints:
        checkpoints.remove()


def triplets_of(data: pd.DataFrame, encoder: Encoder, corpus: pd.Index) -> Triplets:
    """Triplets as the tuning loop takes them."""
    return Triplets(
        encoder.tokenize(data["query"].tolist(), "query"),
        document_rows(corpus, data["positive"]),
        document_rows(corpus, data["negative"]),
    )


if __name__ == "__main__":
    command_line.run(main)
