"""Heat maps of languages."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from adiabatic.report.figures.style import BLACK, COLUMN, PAGE, STYLE
from adiabatic.report.numbers import POINTS
from adiabatic.text.languages import by_family, family_of


def languages_figure(rows: pd.DataFrame, title: str) -> Figure:
    """Heat map of differences, query language by document language, sorted by family and script.

    Differences whose corrected interval excludes 0 are bold, others in parentheses. Lines part the
    families; pairs of languages that a task does not have stay blank.

    Args:
        rows: query_language, document_language, difference, simultaneous_low, simultaneous_high.
    """
    order = by_family(pd.unique(rows["query_language"]).tolist())
    documents = by_family(pd.unique(rows["document_language"]).tolist())
    keys = {"index": "query_language", "columns": "document_language"}

    def table(column: str) -> np.ndarray:
        return rows.pivot(values=column, **keys).loc[order, documents].to_numpy() * POINTS

    difference = table("difference")
    uncertain = (table("simultaneous_low") <= 0) & (table("simultaneous_high") >= 0)
    extent = max(np.nanmax(np.abs(difference)), 0.1)
    side = COLUMN if len(order) <= 9 else PAGE * 0.75
    # One pool of all languages needs a single column.
    width = side if len(documents) > 1 else COLUMN * 0.7
    with plt.rc_context(STYLE):
        figure, axis = plt.subplots(figsize=(width, side * 0.92), layout="constrained")
        image = axis.imshow(difference, cmap="PuOr", vmin=-extent, vmax=extent)
        for (query, document), value in np.ndenumerate(difference):
            if np.isnan(value):
                continue
            axis.text(
                document,
                query,
                f"({value:+.1f})" if uncertain[query, document] else f"{value:+.1f}",
                ha="center",
                va="center",
                fontsize=6 if len(order) <= 9 else 5,
                color="white" if abs(value) > 0.65 * extent else BLACK,
                weight="normal" if uncertain[query, document] else "bold",
            )
        for languages, draw in ((order, axis.axhline), (documents, axis.axvline)):
            for place in range(1, len(languages)):
                if family_of(languages[place]) != family_of(languages[place - 1]):
                    draw(place - 0.5, color="white", lw=1.5)
        axis.set_xticks(range(len(documents)), documents)
        axis.set_yticks(range(len(order)), order)
        axis.tick_params(length=0)
        axis.spines[:].set_visible(False)
        axis.set_xlabel("document language")
        axis.set_ylabel("query language")
        axis.set_title(title)
        figure.colorbar(image, label="difference from the base (points)", shrink=0.8)
    return figure
