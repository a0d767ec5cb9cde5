"""Command-line options of how differences are judged, which several scripts share."""

import argparse

from adiabatic.inference.summary import Inference


def add_inference_options(parser: argparse.ArgumentParser) -> None:
    """Reference language, non-inferiority margin, confidence, resamples and seed."""
    parser.add_argument("--reference", default="en", help="language that is tuned on")
    parser.add_argument("--non-inferiority-margin", type=float, required=True, help="in the metric")
    parser.add_argument("--confidence", type=float, required=True, help="of the intervals")
    parser.add_argument("--resamples", type=int, required=True, help="of the bootstrap")
    parser.add_argument("--seed", type=int, required=True, help="of all draws")


def inference_of(arguments: argparse.Namespace) -> Inference:
    """What the options say."""
    return Inference(
        arguments.non_inferiority_margin,
        arguments.confidence,
        arguments.resamples,
        arguments.seed,
        arguments.reference,
    )
