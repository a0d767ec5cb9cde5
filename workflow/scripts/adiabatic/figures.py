"""Figures for print: each function draws one figure from the frame that is saved beside it."""

from collections.abc import Sequence

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from adiabatic.figure_style import (
    BASE_BAR,
    BLACK,
    COLUMN,
    LINES,
    MARKERS,
    PAGE,
    STYLE,
    TUNED_BAR,
)
from adiabatic.languages import by_family, family_of
from adiabatic.summary import GRID_TO_ABLATION

POINTS = 100
# Differences up to so many points are drawn to scale, larger ones on a logarithmic axis.
LINEAR_POINTS = 5


def window_figure(window: pd.DataFrame, recommended: float | None) -> Figure:
    """Difference against learning rate: a panel for each task, a line for each family.

    Args:
        window: family, task, learning_rate, difference, ci_low, ci_high (see window.csv).
        recommended: the recommended learning rate, None where there is none.
    """
    panels = [part for _, part in window.assign(panel=_panel(window)).groupby("panel", sort=False)]
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(
            1, len(panels), figsize=(PAGE, 2.9), sharey=True, layout="constrained", squeeze=False
        )
        for axis, part in zip(axes[0], panels, strict=True):
            _window_panel(axis, part, recommended)
            axis.legend(loc="upper center", bbox_to_anchor=(0.5, -0.22), handlelength=2.6)
        scale_points(axes[0])
        axes[0][0].set_ylabel("difference from the base (points)")
        if recommended is not None:
            place = (recommended, axes[0][0].get_ylim()[1])
            side = "left" if recommended == window["learning_rate"].min() else "right"
            axes[0][0].annotate(" recommended ", place, ha=side, va="top", color="#666666")
    return figure


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


def levels_figure(rows: pd.DataFrame) -> Figure:
    """Accuracy of base and tuned encoder for each level, a panel for each anchor style.

    Args:
        rows: style, level, base, tuned, ci_low, ci_high (the interval is that of the difference).
    """
    styles = pd.unique(rows["style"])
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(
            1, len(styles), figsize=(PAGE, 2.3), sharey=True, layout="constrained", squeeze=False
        )
        for axis, style in zip(axes[0], styles, strict=True):
            part = rows[rows["style"] == style]
            place = np.arange(len(part))
            axis.bar(place - 0.2, part["base"], 0.38, color=BASE_BAR, label="base")
            axis.bar(place + 0.2, part["tuned"], 0.38, color=TUNED_BAR, label="tuned")
            reach = [part["difference"] - part["ci_low"], part["ci_high"] - part["difference"]]
            axis.errorbar(
                place + 0.2, part["tuned"], np.maximum(reach, 0), fmt="none", ecolor=BLACK, lw=0.8
            )
            axis.set_xticks(place, part["level"])
            axis.set_xlabel("level of difficulty")
            axis.set_title(f"{style} anchors")
            axis.axhline(0.5, color=BLACK, lw=0.6, linestyle=":")
            axis.set_ylim(0, 1)
        axes[0][0].set_ylabel("triplet accuracy (chance: 0.5)")
        labels = axes[0][0].get_legend_handles_labels()
        figure.legend(*labels, loc="outside lower center", ncols=2)
    return figure


def history_figure(
    history: pd.DataFrame, loss: str = "triplet", similarity: str = "cosine"
) -> Figure:
    """Validation accuracy and loss against the step, a colour for each rate, a line for each seed.

    Args:
        history: learning_rate, seed, step, loss, validation_accuracy.
        loss: triplet or ranking, which have units of their own.
        similarity: cosine or dot, in which the triplet loss is measured.
    """
    measured = {"cosine": "cosine similarity", "dot": "inner product"}[similarity]
    unit = {"triplet": measured, "ranking": "nats"}[loss]
    rates = sorted(history["learning_rate"].unique())
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(1, 2, figsize=(PAGE, 2.5), layout="constrained")
        for rate, (color, marker) in looks_of(rates).items():
            runs = history[history["learning_rate"] == rate].groupby("seed", sort=True)
            for number, (_, run) in enumerate(runs):
                look = {"color": color, "marker": marker, "markevery": 4}
                label = f"{rate:g}" if number == 0 else None
                axes[0].plot(run["step"], run["validation_accuracy"], label=label, **look)
                axes[1].plot(run["step"], run["loss"], **look)
        axes[0].set_ylabel("validation accuracy")
        axes[1].set_ylabel(f"training loss ({unit})")
        for axis in axes:
            axis.set_xlabel("step")
        figure.legend(title="learning rate", loc="outside right center")
    return figure


def ablation_figure(rows: pd.DataFrame, movements: pd.DataFrame) -> Figure:
    """An ablation against the grid: distance of the weights, then a panel for each task, by rate.

    Args:
        rows: comparison, family, task, metric, learning_rate, difference, ci_low, ci_high (see
            ablation-NAME.csv).
        movements: learning_rate, relative_difference, a row for each seed.
    """
    compared = rows[rows["comparison"] == GRID_TO_ABLATION]
    parts = compared.assign(panel=_panel(compared)).groupby("panel", sort=False)
    panels = [part for _, part in parts]
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(
            1, len(panels) + 1, figsize=(PAGE, 2.8), layout="constrained", squeeze=False
        )
        first, *others = axes[0]
        apart = movements.assign(share=movements["relative_difference"] * POINTS)
        means = apart.groupby("learning_rate")["share"].mean()
        first.plot(apart["learning_rate"], apart["share"], "o", color="#999999", label="one seed")
        first.plot(means.index, means, color=BLACK, label="mean of seeds")
        # Runs that patience has taken back to the base have not moved at all.
        moved = apart.loc[apart["share"] > 0, "share"]
        first.set(xscale="log", xlabel="learning rate", title="weights")
        if len(moved):
            low, high = np.log10([moved.min(), moved.max()])
            first.set_yscale("log")
            first.set_ylim(10 ** np.floor(low - 0.1), 10 ** np.ceil(high + 0.1))
        first.yaxis.set_major_formatter("{x:g}")
        first.minorticks_off()
        first.set_ylabel("distance of movements (%)")
        for axis, part in zip(others, panels, strict=True):
            _window_panel(axis, part, None)
            axis.tick_params(labelleft=axis is others[0])
        scale_points(others)
        for axis in axes[0]:
            axis.legend(loc="upper center", bbox_to_anchor=(0.5, -0.25), handlelength=2.6)
        others[0].set_ylabel("ablation minus grid (points)")
    return figure


def drift_figure(points: pd.DataFrame, blocks: pd.DataFrame) -> Figure:
    """Difference against drift of the queries, by family; drift of the blocks, by learning rate.

    Args:
        points: learning_rate, family, distance, difference, a row for each run and family.
        blocks: block, learning_rate, movement.
    """
    families = pd.unique(points["family"])
    looks = looks_of(sorted(points["learning_rate"].unique()))
    # What is frozen has not moved, and a logarithmic axis has no place for it.
    blocks = blocks[blocks["movement"] > 0]
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(
            1, len(families) + 1, figsize=(PAGE, 2.8), layout="constrained", squeeze=False
        )
        *scatters, last = axes[0]
        for axis, family in zip(scatters, families, strict=True):
            part = points[points["family"] == family]
            means = part.groupby("learning_rate")[["distance", "difference"]].mean()
            axis.axhline(0, color=BLACK, lw=0.6)
            axis.plot(means["distance"], means["difference"] * POINTS, color="#BBBBBB", lw=1)
            for rate, runs in part.groupby("learning_rate"):
                color, marker = looks[rate]
                axis.plot(
                    runs["distance"], runs["difference"] * POINTS, marker, color=color,
                    label=f"{rate:g}",
                )  # fmt: skip
            axis.set(
                xscale="log", title=family, xlabel="drift of queries (1 \N{MINUS SIGN} cosine)"
            )
            scale_points([axis])
        scatters[0].set_ylabel("difference from the base (points)")
        for (color, marker, style), (name, part) in zip(
            LINES, blocks.groupby("block", sort=False), strict=False
        ):
            last.plot(
                part["learning_rate"], part["movement"] * POINTS, color=color, marker=marker,
                linestyle=style, label=name,
            )  # fmt: skip
        last.set(xscale="log", yscale="log", xlabel="learning rate", title="weights")
        last.set_ylabel("movement (% of the norm)")
        last.minorticks_off()
        last.legend(fontsize=6, handlelength=2.6)
        handles = scatters[0].get_legend_handles_labels()
        columns = len(dict.fromkeys(handles[1]))
        figure.legend(*handles, title="learning rate", loc="outside lower center", ncols=columns)
    return figure


def looks_of(rates: Sequence[float]) -> dict[float, tuple[tuple[float, ...], str]]:
    """Colour and marker of each learning rate: from dark to light, and apart in grey, too."""
    colors = plt.get_cmap("viridis")(np.linspace(0, 0.9, len(rates)))
    markers = MARKERS * (1 + len(rates) // len(MARKERS))
    return dict(zip(rates, zip(map(tuple, colors), markers, strict=False), strict=True))


def _window_panel(axis: Axes, part: pd.DataFrame, recommended: float | None) -> None:
    axis.axhline(0, color=BLACK, lw=0.6)
    if recommended is not None:
        axis.axvline(recommended, color="#999999", lw=3, alpha=0.4, zorder=0)
    for (color, marker, style), (label, line) in zip(
        LINES, part.groupby("family", sort=False), strict=False
    ):
        line = line.sort_values("learning_rate")
        rates, middle = line["learning_rate"], line["difference"] * POINTS
        axis.fill_between(
            rates, line["ci_low"] * POINTS, line["ci_high"] * POINTS, color=color, alpha=0.15, lw=0
        )
        axis.plot(
            rates, middle, color=color, marker=marker, linestyle=style, label=label.split(", ")[-1]
        )
    axis.set_xscale("log")
    axis.set_xlabel("learning rate")
    axis.set_title(part["panel"].iloc[0])


def scale_points(axes: Sequence[Axes]) -> None:
    """Y axes of differences in points, linear near 0 and logarithmic beyond, that show all data."""
    low = min(0, *(axis.dataLim.y0 for axis in axes))
    high = max(0, *(axis.dataLim.y1 for axis in axes))
    ticks = [-50, -20, -10, -5, -2, 0, 2, 5, 10, 20, 50]
    for axis in axes:
        axis.set_yscale("symlog", linthresh=LINEAR_POINTS)
        axis.set_yticks(ticks, [f"{tick:+d}" if tick else "0" for tick in ticks])
        axis.set_ylim(1.1 * low - 0.2, 1.1 * high + 0.2)
        axis.minorticks_off()


def _panel(window: pd.DataFrame) -> pd.Series:
    """The panel of a row: English triplets together, each multilingual task for itself."""
    english = window["task"].isin(["held-out", "arxiv"])
    task = window["task"].where(~english, "English triplets")
    return task + " (" + window["metric"] + ")"
