"""Command-line options of what is trained on and how, which several scripts share."""

import argparse
from pathlib import Path

from adiabatic.tuning.history import HISTORY_POINTS


def add_data_options(parser: argparse.ArgumentParser) -> None:
    """Base and triplets."""
    parser.add_argument("--base", type=Path, required=True, help="folder of the base encoder")
    parser.add_argument("--data", type=Path, required=True, help="tuning.parquet")


def add_training_options(parser: argparse.ArgumentParser) -> None:
    """Rate, seed, loss, batches, schedule and length; see config.yaml."""
    parser.add_argument("--learning-rate", type=float, help="of AdamW")
    parser.add_argument("--seed", type=int, help="of the order of the triplets")
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
        "--schedule", choices=["constant", "linear"], default="constant", help="of the rate"
    )
    parser.add_argument(
        "--warmup", type=float, default=0.0, help="share of the steps in which the rate rises"
    )
    parser.add_argument("--epochs", type=int, default=1, help="passes over the triplets")
    parser.add_argument(
        "--patience",
        type=int,
        help=f"rows of the history ({HISTORY_POINTS} a run) without a better validation accuracy "
        "after which a run stops; the best weights are kept; none: neither",
    )
