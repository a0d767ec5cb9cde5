"""What several figures share: axes of points and of rates, their legends, colours of rates."""

from collections.abc import Collection, Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from adiabatic.report.figures.style import MARGIN_LINE, MARKERS, VERDICTS
from adiabatic.report.numbers import MINUS, rate

# Differences up to so many points are drawn to scale, larger ones on a logarithmic axis.
LINEAR_POINTS = 5
# Share of an axis of rates that a label takes.
CLOSE = 0.14
TICKS = [-50, -20, -5, -2, 0, 2, 5, 20, 50]


def verdict_handles(verdicts: Collection[str]) -> list[Line2D]:
    """What a legend says of the verdicts that are drawn, and of the non-inferiority margin."""
    handles = [
        Line2D([], [], color=color, marker=marker, linestyle="", label=name)
        for name, (color, marker) in VERDICTS.items()
        if name in set(verdicts)
    ]
    return [*handles, margin_handle()]


def margin_handle() -> Line2D:
    """What a legend says of the non-inferiority margin."""
    return Line2D([], [], label="non-inferiority margin", **MARGIN_LINE)


def tick(value: float) -> str:
    """A difference on an axis: `+2`, `0`, `−5`."""
    if value == 0:
        return "0"
    return f"{'+' if value > 0 else MINUS}{abs(value):g}"


def scale_points(
    axes: Sequence[Axes], low: float, high: float, ticks: Sequence[float] = TICKS
) -> None:
    """Y axes of differences in points that show all from `low` to `high`, alike.

    They are linear where all differences are small, else linear near 0 and logarithmic beyond, with
    these ticks.
    """
    low, high = min(low, -1.0), max(high, 1.0)
    for axis in axes:
        if max(-low, high) > 4 * LINEAR_POINTS:
            axis.set_yscale("symlog", linthresh=LINEAR_POINTS)
            axis.set_yticks(ticks, list(map(tick, ticks)))
            axis.set_ylim(1.6 * low - 0.2, 1.6 * high + 0.2)
        else:
            axis.yaxis.set_major_formatter(lambda value, _: tick(round(value, 6)))
            axis.set_ylim(1.1 * low - 0.2, 1.1 * high + 0.2)
        axis.minorticks_off()


def scale_rates(axis: Axes, rates: Sequence[float], label: float = CLOSE) -> None:
    """A logarithmic x axis on which the learning rates that were tried are written.

    label: share of the axis that one of them takes.
    """
    axis.set_xscale("log")
    # Rates that lie close would cover one another's labels.
    apart = label * np.log10(rates[-1] / rates[0])
    labels, last = [], -np.inf
    for value in rates:
        far = np.log10(value) - last >= apart
        labels.append(rate(value) if far else "")
        last = np.log10(value) if far else last
    axis.set_xticks(rates, labels)
    axis.minorticks_off()
    axis.set_xlabel("learning rate")


def looks_of(rates: Sequence[float]) -> dict[float, tuple[tuple[float, ...], str]]:
    """Colour and marker of each learning rate: from dark to light, and apart in grey, too."""
    colors = plt.get_cmap("viridis")(np.linspace(0, 0.85, len(rates)))
    markers = MARKERS * (1 + len(rates) // len(MARKERS))
    return dict(zip(rates, zip(map(tuple, colors), markers, strict=False), strict=True))
