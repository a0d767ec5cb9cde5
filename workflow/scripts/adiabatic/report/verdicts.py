"""The verdict on each run, and what is recommended."""

import pandas as pd

from adiabatic.inference.summary import DOCUMENTS
from adiabatic.report.numbers import POINTS, in_points, with_interval


def runs_table(runs: pd.DataFrame) -> pd.DataFrame:
    """One row a run: gain in English with its interval, languages that are not kept, verdict."""
    return pd.DataFrame(
        {
            "run": runs["run"],
            "gain in English (points)": [
                in_points(run.english_gain, run.ci_low, run.ci_high) for run in runs.itertuples()
            ],
            "verdict on English": runs["verdict"],
            "languages degraded": runs["languages_degraded"].replace("", "none"),
            "languages undecided": runs["languages_undecided"].replace("", "none"),
            "worst language": [
                f"{run.worst_language} {run.worst_difference * POINTS:+.1f} "
                f"({run.worst_task}, documents in {DOCUMENTS[run.worst_documents]})"
                if run.languages_judged
                else "none"
                for run in runs.itertuples()
            ],
            "recommended": runs["recommended"].map({True: "yes", False: ""}),
        }
    )


def recommendation(runs: pd.DataFrame) -> str:
    """What is recommended and why, or that nothing is."""
    chosen = runs[runs["recommended"]]
    if not runs["languages_judged"].any():
        return (
            "No learning rate is recommended: no multilingual task was evaluated, so nothing is "
            "known about the other languages."
        )
    if not len(chosen):
        return _nothing_recommended(runs)
    run = chosen.iloc[0]
    gain = with_interval(run.rename({"english_gain": "difference"}))
    text = (
        f"Recommended learning rate: {run['learning_rate']:g} (run {run['run']}): {gain} on "
        "held-out English triplets, the largest gain among the runs in which no language is "
        "degraded or undecided."
    )
    text += f" The worst language is {worst_in_words(run)}."
    same_rate = runs.loc[runs["learning_rate"] == run["learning_rate"], "english_gain"]
    if len(same_rate) > 1:
        text += (
            " Chosen by the items on which it is reported, its gain is likely to be overstated; "
            f"the mean of the {len(same_rate)} seeds at this rate is "
            f"{same_rate.mean() * POINTS:+.1f} points."
        )
    if run["verdict"] != "improved":
        text += " The gain in English is not distinguishable from zero." + _larger_gain(runs, run)
    return text + " " + _seeds_kept(runs, run["learning_rate"])


def _larger_gain(runs: pd.DataFrame, recommended: pd.Series) -> str:
    """The run that gains most where no language is degraded, though some are undecided."""
    rest = runs[(runs["languages_degraded"] == "") & (runs["verdict"] == "improved")]
    rest = rest[rest["english_gain"] > recommended["english_gain"]]
    if not len(rest):
        return ""
    run = rest.loc[rest["english_gain"].idxmax()]
    gain = with_interval(run.rename({"english_gain": "difference"}))
    return (
        f" Run {run['run']} gains more ({gain}) and degrades no language, but it takes more items "
        f"to tell of {run['languages_undecided']}."
    )


def _nothing_recommended(runs: pd.DataFrame) -> str:
    """Why no run is recommended, by the run that comes closest to it."""
    lost = {
        name: runs[f"languages_{name}"].str.split().str.len() for name in ("degraded", "undecided")
    }
    order = runs.assign(**lost).sort_values(
        ["degraded", "undecided", "english_gain"], ascending=[True, True, False]
    )
    run = order.iloc[0]
    degraded, undecided = run["languages_degraded"], run["languages_undecided"]
    text = (
        "No learning rate is recommended: no run keeps every language. Closest is run "
        f"{run['run']}: degraded {degraded or 'none'}; undecided {undecided or 'none'}; worst "
        f"{worst_in_words(run)}."
    )
    return (
        text if degraded else text + " More items would decide, or a larger non-inferiority margin."
    )


def worst_in_words(run: pd.Series) -> str:
    """The worst language of a run, its difference and where it is found."""
    return (
        f"{run['worst_language']} ({run['worst_difference'] * POINTS:+.1f} points in "
        f"{run['worst_task']}, documents in {DOCUMENTS[run['worst_documents']]})"
    )


def _seeds_kept(runs: pd.DataFrame, recommended: float) -> str:
    """How many seeds keep every language, and the best rate at which all of them do."""
    kept = (runs["languages_degraded"] == "") & (runs["languages_undecided"] == "")
    rates = runs.assign(kept=kept).groupby("learning_rate")
    seeds, good = rates.size()[recommended], rates["kept"].sum()[recommended]
    text = f"{good} of {seeds} seeds at this rate keep every language."
    if good < seeds:
        safe = rates["english_gain"].mean()[rates["kept"].all()]
        best = "none" if safe.empty else f"{safe.idxmax():g} ({safe.max() * POINTS:+.1f} points)"
        text += f" The best rate at which all seeds do: {best}."
    return text
