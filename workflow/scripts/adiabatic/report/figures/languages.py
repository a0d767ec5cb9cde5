"""Heat maps of a task: query language by document language; a dot plot for one pool of all."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from adiabatic.report.figures.axes import tick, verdict_handles
from adiabatic.report.figures.style import (
    BLACK,
    COLUMN,
    MARGIN_LINE,
    PAGE,
    STYLE,
    VERDICTS,
    ZERO_LINE,
)
from adiabatic.report.numbers import POINTS, metric, points, rate
from adiabatic.text.languages import by_family, family_of

# Languages of a heat map that fits a column, and of one whose cells have room for numbers.
OF_A_COLUMN, WITH_NUMBERS = 9, 20
# What stands in cells that have none.
SIGNS = {"improved": "+", "non-inferior": "", "undecided": "?", "inferior": "!"}


def draw_languages(
    rows: pd.DataFrame, margin: float, task: str, sides: tuple[str, str], learning_rate: float
) -> Figure:
    """The differences of a task at one rate, sorted by family and script.

    Args:
        rows: as in tables/languages.csv. margin: the non-inferiority margin, in the metric.
        sides: what the task's queries and documents are called. learning_rate: that is shown.
    """
    # One range of colours for all tasks and rates, so that figures can be compared.
    extent = max(float(np.nanmax(np.abs(rows["difference"]))) * POINTS, 2 * margin * POINTS)
    mine = rows[(rows["task"] == task) & (rows["learning_rate"] == learning_rate)]
    title = f"{task}, {metric(mine['metric'].iloc[0])}, {rate(learning_rate)}"
    if mine["document_language"].nunique() == 1 and mine["query_language"].nunique() > 1:
        return _dots(mine, margin, title, sides[0])
    return _heat_map(mine, min(extent, 20.0), title, sides)


def _heat_map(rows: pd.DataFrame, extent: float, title: str, sides: tuple[str, str]) -> Figure:
    order = by_family(pd.unique(rows["query_language"]).tolist())
    documents = by_family(pd.unique(rows["document_language"]).tolist())
    keys = {"index": "query_language", "columns": "document_language"}
    wide = rows.pivot(values="difference", **keys).loc[order, documents].to_numpy() * POINTS
    verdicts = rows.pivot(values="verdict", **keys).loc[order, documents].to_numpy()
    most = max(len(order), len(documents))
    side = COLUMN if most <= OF_A_COLUMN else PAGE
    with plt.rc_context(STYLE):
        figure, axis = plt.subplots(figsize=(side, side * 0.92), layout="constrained")
        image = axis.imshow(wide, cmap="RdBu", vmin=-extent, vmax=extent)
        for (query, document), value in np.ndenumerate(wide):
            if np.isnan(value):
                continue
            verdict = verdicts[query, document]
            text = points(value / POINTS)
            text = f"({text})" if verdict == "undecided" else text
            axis.text(
                document, query, text if most <= WITH_NUMBERS else SIGNS[verdict],
                ha="center", va="center", fontsize=5.5 if side == COLUMN else 6,
                color=_readable(image.cmap(image.norm(value))),
                weight="bold" if verdict in ("inferior", "improved") else "normal",
            )  # fmt: skip
        for languages, draw in ((order, axis.axhline), (documents, axis.axvline)):
            for place in range(1, len(languages)):
                if family_of(languages[place]) != family_of(languages[place - 1]):
                    draw(place - 0.5, color="white", lw=1.5)
        turned = 90 if most > WITH_NUMBERS else 0
        axis.set_xticks(range(len(documents)), documents, rotation=turned)
        axis.set_yticks(range(len(order)), order)
        axis.tick_params(length=0)
        axis.spines[:].set_visible(False)
        axis.set_xlabel(f"language of {sides[1]}")
        axis.set_ylabel(f"language of {sides[0]}")
        signs = "  (+ improved, ? undecided, ! inferior)" if most > WITH_NUMBERS else ""
        axis.set_title(title + signs)
        axis.tick_params(labelsize=STYLE["font.size"] if most <= 2 * WITH_NUMBERS else 5.5)
        bar = figure.colorbar(image, label="difference from the base (points)", shrink=0.8)
        bar.ax.yaxis.set_major_formatter(lambda value, _: tick(round(value, 6)))
    return figure


def _dots(rows: pd.DataFrame, margin: float, title: str, side: str) -> Figure:
    """A row a language: difference and interval, on passages of all languages in one pool."""
    order = by_family(pd.unique(rows["query_language"]).tolist())
    table = rows.set_index("query_language").loc[order]
    with plt.rc_context(STYLE):
        figure, axis = plt.subplots(figsize=(COLUMN, 0.17 * len(order) + 1.1), layout="constrained")
        axis.axvline(0, **ZERO_LINE)
        axis.axvline(-margin * POINTS, **MARGIN_LINE)
        for place, row in enumerate(table.itertuples()):
            color, marker = VERDICTS[row.verdict]
            axis.plot((row.low * POINTS, row.high * POINTS), (-place, -place), color=color, lw=1)
            axis.plot(row.difference * POINTS, -place, marker, color=color)
        axis.set_yticks(-np.arange(len(order)), order)
        axis.tick_params(axis="y", length=0)
        axis.xaxis.set_major_formatter(lambda value, _: tick(round(value, 6)))
        axis.set_xlabel("difference from the base (points)")
        axis.set_ylabel(f"language of {side}")
        axis.set_title(title)
        handles = verdict_handles(table["verdict"])
        figure.legend(handles=handles, loc="outside lower center", ncols=2)
    return figure


def _readable(color: tuple[float, ...]) -> str:
    """Black or white, whichever has the larger contrast with a colour (WCAG 2.1)."""
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in color[:3]]
    luminance = float(np.dot(linear, (0.2126, 0.7152, 0.0722)))
    return "white" if 1.05 / (luminance + 0.05) > (luminance + 0.05) / 0.05 else BLACK
