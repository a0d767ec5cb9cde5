"""What is saved with every figure: PDF, PNG, the data that it shows, and a caption."""

import argparse
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from adiabatic.captions import DEMONSTRATION
from adiabatic.command_line import say, written_atomically

# Without dates and versions in it, a file is the same byte for byte each time.
METADATA = {".pdf": {"CreationDate": None, "Producer": None, "Creator": None}, ".png": {"Software": None}}


def add_figure_options(parser: argparse.ArgumentParser) -> None:
    """The options that all scripts of figures share."""
    parser.add_argument("--demonstration", action="store_true", help="say in the caption that it is one")
    parser.add_argument(
        "--out", type=Path, required=True, help="the figure's .pdf; .png, .csv and .rst lie beside it"
    )


def save_figure(
    figure: Figure, data: pd.DataFrame, caption: str, arguments: argparse.Namespace
) -> None:
    """Write a figure, its data and its caption beside each other."""
    out: Path = arguments.out
    for suffix, metadata in METADATA.items():
        with written_atomically(out.with_suffix(suffix)) as path:
            figure.savefig(path, metadata=metadata)
    with written_atomically(out.with_suffix(".csv")) as path:
        data.to_csv(path, index=False, float_format="%.6g")
    if arguments.demonstration:
        caption = f"{caption}\n\n{DEMONSTRATION}"
    with written_atomically(out.with_suffix(".rst")) as path:
        path.write_text(caption + "\n", encoding="utf-8")
    say(caption)
