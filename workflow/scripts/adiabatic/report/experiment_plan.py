"""What an experiment can decide and what it costs, as tables and in words, before it runs."""

import math
from collections.abc import Mapping
from textwrap import fill

import numpy as np
import pandas as pd

from adiabatic.inference.claims import (
    ENGLISH_CLAIM,
    LEVELS_CLAIM,
    PAIRS,
    RETRIEVAL,
    ROLES,
    STATEMENTS,
    WINDOW,
)
from adiabatic.inference.deciding_sizes import about
from adiabatic.inference.differences import ALL_TASKS
from adiabatic.inference.experiment_plan import NO_CHANCE
from adiabatic.inference.intervals import FEWEST_RUNS
from adiabatic.plan.runs import Plan
from adiabatic.report.files import Table
from adiabatic.report.numbers import POINTS, rate
from adiabatic.tasks.kinds import ARXIV, HELD_OUT, KINDS

NO_SIZE = "no size will do"
# Characters of a line of text on the terminal.
WIDTH = 100
# Orders of magnitude between a rate and that of a pilot which says nothing of it.
FAR = 0.8


def sample_sizes_table(rows: pd.DataFrame, kinds: Mapping[str, str], margin: float) -> Table:
    """Power and needed sizes of each claim at each rate; rows: see `plan_rows`."""
    return Table(rows, shown_rows(rows, kinds), _caption(margin))


def shown_rows(rows: pd.DataFrame, kinds: Mapping[str, str]) -> pd.DataFrame:
    """For people."""
    return pd.DataFrame(
        {
            "claim": rows["claim"],
            "set": rows["task"].replace({ARXIV: "arXiv"}),
            "learning rate": rows["learning_rate"].map(rate),
            "comparisons": rows["comparisons"].map(_whole),
            "items": rows["items"].map(_whole),
            "reported": rows["reported"].map(_whole),
            "seeds": rows["seeds"].map(_whole),
            "items that change": [_percent(share, 1) for share in rows["changed"]],
            "power": [_percent(share, 0) for share in rows["power"]],
            "for a power of 80%": [_needed(row, kinds) for _, row in rows.iterrows()],
        }
    )


def costs_table(costs: pd.DataFrame) -> Table:
    """What takes how long: rows with what, count, seconds."""
    shown = pd.DataFrame(
        {
            "what": costs["what"],
            "number": costs["count"].map(_whole),
            "takes": costs["seconds"].map(duration),
        }
    )
    caption = (
        "Time on the machine on which this was measured, one job at a time, from a few steps and "
        "texts. Other methods than the sweep and its ablations are not counted in tuning, nor what "
        "starting jobs takes."
    )
    return Table(costs, shown, caption)


def plan_text(sizes: Table, costs: Table, warnings: list[str]) -> str:
    """Everything for the terminal: aligned tables, then warnings."""
    parts = []
    for table in (sizes, costs):
        parts += [table.shown.to_string(index=False), fill(table.caption, WIDTH)]
    if warnings:
        told = [fill(f"warning: {warning}", WIDTH, subsequent_indent="  ") for warning in warnings]
        parts.append("\n".join(told))
    return "\n\n".join(parts) + "\n"


def warnings_of(rows: pd.DataFrame, plan: Plan, kinds: Mapping[str, str]) -> list[str]:
    """What cannot come out, and why."""
    told = []
    seeds = len({run.seed for run in plan.sweep})
    if seeds < FEWEST_RUNS:
        told.append(
            f"tuning.seeds: {seeds} found; what is said of a learning rate needs {FEWEST_RUNS}, so "
            "every claim will need seeds"
        )
    for claim in (PAIRS, RETRIEVAL, LEVELS_CLAIM):
        mine = rows[rows["claim"] == claim]
        if mine.empty:
            told.append(f"claim {claim} ({STATEMENTS[claim]}) is not tested: no such set")
        for task, of_task in mine.groupby("task", sort=False):
            told += _without_chance(of_task, str(task), kinds) if seeds >= FEWEST_RUNS else []
    window = rows[rows["claim"] == WINDOW]
    if len(window) and seeds >= FEWEST_RUNS and window["power"].max() < NO_CHANCE:
        told.append(
            f"claim e ({STATEMENTS[WINDOW]}) has no chance unless languages gain: power "
            f"{_percent(window['power'].max(), 0)} at best, at "
            f"{rate(window.loc[window['power'].idxmax(), 'learning_rate'])}"
        )
    far = np.abs(np.log10(rows["pilot_rate"] / rows["learning_rate"])) > FAR
    if far.any():
        rates = ", ".join(map(rate, sorted(rows.loc[far, "learning_rate"].unique())))
        told.append(
            f"evaluation.pilot: it tried no rate near {rates} (within a factor of {10**FAR:.0f}), "
            "so what is said of that is too high or too low"
        )
    changes = {run.changes for run in plan.ablations}
    for setting, claim in ROLES.items():
        if setting not in changes:
            told.append(
                f"claim {claim} ({STATEMENTS[claim]}) is not tested: no ablation changes "
                f"{setting} alone"
            )
    return told


def duration(seconds: float) -> str:
    """About how long: `40 s`, `12 min`, `3.5 h`, `4 days`."""
    if seconds < 90:
        return f"{max(seconds, 1):.0f} s"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min"
    hours = seconds / 3600
    if hours < 48:
        return f"{hours:.1f} h" if hours < 10 else f"{hours:.0f} h"
    return f"{hours / 24:.0f} days"


def _without_chance(rows: pd.DataFrame, task: str, kinds: Mapping[str, str]) -> list[str]:
    """Where a set has no chance to show its claim, at every rate or at some."""
    hopeless = rows[rows["power"] < NO_CHANCE]
    if hopeless.empty:
        return []
    claim, name = rows["claim"].iloc[0], "arXiv" if task == ARXIV else task
    best = rows.loc[rows["power"].idxmax()]
    if len(hopeless) < len(rows):
        rates = ", ".join(hopeless["learning_rate"].map(rate))
        unless = f"unless languages gain (power below {NO_CHANCE:.0%})"
        return [f"claim {claim} on {name} has no chance at {rates} {unless}"]
    return [
        f"claim {claim} on {name} has no chance at any rate unless languages gain: power "
        f"{_percent(best['power'], 0)} at best, at {rate(best['learning_rate'])}; needed there: "
        f"{_needed(best, kinds)}"
    ]


def _needed(row: pd.Series, kinds: Mapping[str, str]) -> str:
    if row["claim"] == ENGLISH_CLAIM:
        return f"a gain of {row['detectable'] * POINTS:.1f} points"
    if row["claim"] == WINDOW:
        return ""
    if row["needed_items"] == 0:
        return NO_SIZE
    things = {ARXIV: "anchors", HELD_OUT: "triplets", ALL_TASKS: "items"}.get(row["task"])
    things = things or f"{KINDS[kinds[row['task']]].sides[0]} a language"
    items, seeds = int(row["needed_items"]), int(row["needed_seeds"])
    parts = []
    if items > row["items"]:
        parts.append(f"about {about(items):,} {things}")
    if seeds > row["seeds"]:
        parts.append(f"{seeds} seeds")
    return ", ".join(parts) or "as it is"


def _caption(margin: float) -> str:
    return (
        "The power with which each claim comes out if it is true, by learning rate. b to d: that "
        f"no comparison loses {margin * POINTS:g} points or more, all at once, if nothing is lost "
        "or gained; where languages gain, the power is larger. a: the least gain that is shown. e: "
        "that b to d all are shown, corrected for the number of rates. Items are those of each "
        "language; the reported ones choose nothing. f, g and h rest on losses and gains that "
        "nobody knows before."
    )


def _whole(number: float) -> str:
    return "" if math.isnan(number) else f"{number:,.0f}"


def _percent(share: float, decimals: int) -> str:
    """A share in percent; none is told as less than what is told of it."""
    least = 10.0 ** -(decimals + 2)
    if math.isnan(share):
        return ""
    return f"<{least:.{decimals}%}" if share < least else f"{share:.{decimals}%}"
