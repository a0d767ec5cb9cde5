"""What is saved with every figure: PDF, PNG, the data that it shows, and a caption."""

import shutil
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from adiabatic.io.atomic import written_atomically
from adiabatic.report.figures.style import STYLE

# Without dates and versions in it, a file is the same byte for byte each time.
METADATA = {
    ".pdf": {"CreationDate": None, "Producer": None, "Creator": None},
    ".png": {"Software": None},
}


def save_figure(figure: Figure, data: pd.DataFrame, caption: Path | None, out: Path) -> None:
    """Write a figure as `out` (PDF), and beside it as PNG, its data and, if given, its caption."""
    for suffix, metadata in METADATA.items():
        with written_atomically(out.with_suffix(suffix)) as path, plt.rc_context(STYLE):
            figure.savefig(path, metadata=metadata)
    plt.close(figure)
    with written_atomically(out.with_suffix(".csv")) as path:
        data.to_csv(path, index=False, float_format="%.6g")
    if caption is not None:
        with written_atomically(out.with_suffix(".rst")) as path:
            shutil.copyfile(caption, path)
