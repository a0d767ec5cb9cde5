"""Command-line options of how differences are judged, which several scripts share."""

import argparse

from adiabatic.inference.differences import Inference


def add_inference_options(parser: argparse.ArgumentParser) -> None:
    """Reference language, non-inferiority margin, confidence, share of the items that chose."""
    parser.add_argument("--reference", default="en", help="language that is tuned on")
    parser.add_argument("--non-inferiority-margin", type=float, required=True, help="in the metric")
    parser.add_argument("--confidence", type=float, required=True, help="of the intervals")
    parser.add_argument(
        "--selection-share",
        type=float,
        required=True,
        help="of the items, by which a candidate is chosen; the others are reported",
    )


def inference_of(arguments: argparse.Namespace) -> Inference:
    """What the options say."""
    return Inference(arguments.non_inferiority_margin, arguments.confidence, arguments.reference)
