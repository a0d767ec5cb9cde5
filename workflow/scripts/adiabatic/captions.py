"""Captions that quote the numbers, in reStructuredText, for the report."""

from pathlib import Path

import pandas as pd

from adiabatic.command_line import written_atomically
from adiabatic.leakage import leakage_in_words
from adiabatic.summary import DOCUMENTS, GRID_TO_ABLATION

DEMONSTRATION = (
    "This is the embedded demonstration: it rests on a generated world of simplified sentences "
    "(and, unless configured otherwise, on a tiny encoder trained on them in a minute). It shows "
    "the pipeline at work and is no evidence about real languages or models."
)
POINTS = 100


def save_caption(text: str, path: Path, demonstration: bool) -> None:
    """Write a caption for the report, which says so where it shows the embedded demonstration."""
    if demonstration:
        text = f"{text}\n\n{DEMONSTRATION}"
    with written_atomically(path) as temporary:
        # Escaped, since reStructuredText takes mrr@10 for an address.
        temporary.write_text(text.replace("@", r"\@") + "\n", encoding="utf-8")


def with_interval(row: pd.Series) -> str:
    """A difference and its interval, in points."""
    low, high = row["ci_low"] * POINTS, row["ci_high"] * POINTS
    return f"{row['difference'] * POINTS:+.1f} points [{low:+.1f}, {high:+.1f}]"


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
    text += f" The worst language is {_worst(run)}."
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
        f"{_worst(run)}."
    )
    return text if degraded else text + " More items would decide, or a larger margin of no loss."


def _worst(run: pd.Series) -> str:
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


def window_caption(window: pd.DataFrame, runs: pd.DataFrame, confidence: float) -> str:
    """Caption of the learning-rate window."""
    lines = []
    for family, part in window.groupby("family", sort=False):
        best = part.loc[part["difference"].idxmax()]
        worst = part.loc[part["difference"].idxmin()]
        lines.append(
            f"- {family} ({best['metric']}, n = {best['n']}): best {with_interval(best)} at "
            f"{best['learning_rate']:g}, worst {with_interval(worst)} at {worst['learning_rate']:g}"
        )
    seeds = window["seeds"].iloc[0]
    return (
        "Difference between tuned and base query encoder against the learning rate, averaged over "
        f"{seeds} seed{'s' if seeds > 1 else ''}; bands are {confidence:.0%} paired bootstrap "
        "intervals over items; the axis is linear up to 5 points and logarithmic beyond; the grey "
        "line marks the recommended rate. "
        f"{recommendation(runs)}\n\n" + "\n".join(lines)
    )


def languages_caption(rows: pd.DataFrame, task: str) -> str:
    """Caption of a heat map of languages; `rows` as in languages.csv."""
    lower = int((rows["simultaneous_high"] < 0).sum())
    higher = int((rows["simultaneous_low"] > 0).sum())
    rate, seeds = rows["learning_rate"].iloc[0], rows["seeds"].iloc[0]
    worst, best = (
        rows.loc[rows["difference"].idxmin()],
        rows.loc[rows["difference"].idxmax()],
    )
    pair = "{0[query_language]} to {0[document_language]}".format
    least, most = rows["n"].min(), rows["n"].max()
    items = f"{least} each" if least == most else f"{least} to {most}"
    return (
        f"{task}: difference in {rows['metric'].iloc[0]} from the base at the learning rate "
        f"{rate:g}, averaged over {seeds} seed{'s' if seeds > 1 else ''}, for every pair of "
        f"languages (n = {items}), sorted by family and script; in parentheses "
        "where the interval that holds for all pairs at once holds 0. "
        f"Of {len(rows)} pairs {higher} gain and {lower} lose by these intervals. Each by its own "
        f"interval: best {pair(best)}, {with_interval(best)}; worst "
        f"{pair(worst)}, {with_interval(worst)}."
    )


def levels_caption(rows: pd.DataFrame, run: str) -> str:
    """Caption of the levels."""
    parts = []
    for style, part in rows.groupby("style", sort=False):
        accuracies = ", ".join(
            f"{level} {base:.3f}" for level, base in part[["level", "base"]].values
        )
        order = "falls" if part["base"].is_monotonic_decreasing else "does not fall"
        parts.append(
            f"With {style} anchors the base's accuracy {order} from level to level ({accuracies}); "
            f"run {run} differs by {part['difference'].mean() * POINTS:+.1f} points on average."
        )
    return (
        "Triplet accuracy on arXiv title/abstract pairs by level of difficulty; bars on the tuned "
        "encoder are intervals of its difference from the base. " + " ".join(parts)
    )


def summary_caption(summary: pd.DataFrame, margin: float) -> str:
    """Caption of the table of every difference."""
    counts = summary["verdict"].value_counts()
    verdicts = ", ".join(f"{counts[verdict]} {verdict}" for verdict in sorted(counts.index))
    return (
        f"Averages of base and tuned encoder over the same items, their differences and intervals, "
        f"for {summary['run'].nunique()} runs: {verdicts} of {len(summary)} rows. improved: the "
        f"interval is above 0; preserved: above minus {margin:g}; degraded: below that; undecided: "
        "the items are too few to tell."
    )


def evaluation_sets_caption(table: pd.DataFrame) -> str:
    """Caption of the table of evaluation sets."""
    return (
        "What is evaluated: items (those of all languages that share them count once), distinct "
        "documents, queries that repeat another of their language word for word, and items of "
        "which the tuning data (its training and validation splits) has the query or the right "
        "document as a query or a positive passage, but for case, spaces and punctuation. "
        + leakage_in_words(table)
    )


def overview_caption(window: pd.DataFrame) -> str:
    """Caption of the overview."""
    best = window.groupby("family", sort=False)["difference"].idxmax()
    parts = ", ".join(
        f"{row['family']} {row['difference'] * POINTS:+.1f} at {row['learning_rate']:g}"
        for _, row in window.loc[best].iterrows()
    )
    return (
        "Differences from the base in points with their intervals, by family of tasks and learning "
        f"rate, averaged over seeds; the column base has the base's own value. Best: {parts}."
    )


def ablation_caption(rows: pd.DataFrame, movements: pd.DataFrame, name: str) -> str:
    """Caption of an ablation: how far its weights are from the grid's, and whether that matters."""
    compared = rows[rows["comparison"] == GRID_TO_ABLATION]
    counts = compared["verdict"].value_counts()
    verdicts = ", ".join(f"{counts[verdict]} {verdict}" for verdict in sorted(counts.index))
    largest = compared.loc[compared["difference"].abs().idxmax()]
    apart = movements.groupby("learning_rate")["relative_difference"].mean()
    parts = ", ".join(f"{share * POINTS:.3g}% at {rate:g}" for rate, share in apart.items())
    seeds = rows["seeds"].iloc[0]
    return (
        f"Ablation {name}: runs with its settings minus the grid's runs of the same rates and "
        f"{seeds} seed{'s' if seeds > 1 else ''}, on the same items. Of {len(compared)} "
        f"comparisons: {verdicts} (same: within the margin of no loss on both sides). The largest "
        f"difference is {with_interval(largest)} ({largest['family']}, at "
        f"{largest['learning_rate']:g}). The movement of the weights differs from the grid's by "
        f"{parts} of its norm."
    )


def claims_caption(frame: pd.DataFrame) -> str:
    """Caption of the claims: for each the verdicts, and at which learning rates."""
    lines = []
    for (claim, statement), rows in frame[frame["ablation"] == ""].groupby(
        ["claim", "statement"], sort=False
    ):
        if rows["learning_rate"].nunique() > 1:
            parts = [
                f"{verdict} at {', '.join(map('{:g}'.format, part['learning_rate']))}"
                for verdict, part in rows.groupby("verdict", sort=False)
            ]
        else:
            parts = [
                f"{row.verdict} ({row.detail})" if row.detail else row.verdict
                for row in rows.itertuples()
            ]
        lines.append(f"- {claim}. {statement}: {'; '.join(parts)}")
    judged = frame[(frame["ablation"] != "") & frame["claim"].isin(["g", "h"])]
    lines += [
        f"- {row.claim}. {row.statement} (ablation {row.ablation}): {row.verdict} ({row.detail})"
        for row in judged.itertuples()
    ]
    return (
        "The claims, each tested as such. a: the interval of the difference is above 0. b to d: "
        "non-inferiority in every comparison, corrected for their number by Holm; the number is "
        "the worst comparison's, its interval one that holds for all of them at once; Holm's "
        "p-values decide. n counts premises, questions or anchors, the units that are resampled; "
        "seeds are a second level. e: the number counts the rates at which a to d are so by the "
        "estimates, its interval goes from the rates in the window to those at which nothing is "
        "shown to fail. g: the number is what other languages keep with it frozen at the first "
        "rate beyond the grid's window, the verdict is by the ends of both windows.\n\n"
        + "\n".join(lines)
    )


def methods_caption(frame: pd.DataFrame, margin: float, confidence: float) -> str:
    """Caption of the comparison of methods: what gains most, what keeps all languages, the front.

    Args:
        frame: as in methods.csv.
    """
    rows = frame.iloc[1:]
    kept = rows[rows["lowest_low"] > -margin]
    best = rows.loc[rows["english_gain"].idxmax()]
    text = (
        "Every method against the base: gain on held-out English triplets, and the difference of "
        f"the worst of {rows['comparisons'].iloc[0]} comparisons, in which each language's queries "
        f"are judged on documents in it and, on average, in the others; {confidence:.0%} "
        "intervals, the worst language's one that holds for all of them at once. Largest gain: "
        f"{_method(best)}, {_gain(best)}; its worst language is {_worst(best)}. "
    )
    if len(kept):
        safe = kept.loc[kept["english_gain"].idxmax()]
        text += (
            f"{len(kept)} of {len(rows)} are shown to keep all languages within "
            f"{margin * POINTS:g} points, of "
            f"which {_method(safe)} gains most: {_gain(safe)}, its worst language {_worst(safe)}. "
        )
    else:
        text += f"None is shown to keep all languages within {margin * POINTS:g} points. "
    front = "; ".join(map(_method, (row for _, row in frame[frame["pareto"]].iterrows())))
    return f"{text}By the estimates, not dominated in both: {front}."


def costs_caption(costs: pd.DataFrame) -> str:
    """Caption of what the methods cost; `costs` as in costs.csv."""
    slowest = costs.loc[costs["tuning_seconds"].fillna(-1).idxmax()]
    text = (
        "Seconds on this machine, with what starting takes, medians over seeds; they differ from "
        "time to time. What is interpolated must be tuned first, and is counted with it. Longest: "
        f"{_method(slowest)}, {slowest['tuning_seconds']:.0f} s."
    )
    for _, row in costs[costs["documents"] > 0].iterrows():
        text += (
            f" {_method(row)} embeds {row['documents']:,} documents again, in "
            f"{row['embedding_seconds']:.0f} s."
        )
    return text


def _method(row: pd.Series) -> str:
    """A method's name with its learning rate and alpha, where it has them."""
    rate, alpha = row["learning_rate"], row["alpha"]
    parts = [] if pd.isna(alpha) else [f"alpha {alpha:g}"]
    parts += [] if pd.isna(rate) else [f"rate {rate:g}"]
    return f"{row['name']} ({', '.join(parts)})" if parts else row["name"]


def _gain(row: pd.Series) -> str:
    low, high = row["english_low"] * POINTS, row["english_high"] * POINTS
    return f"{row['english_gain'] * POINTS:+.1f} points [{low:+.1f}, {high:+.1f}]"


def search_recall_caption(table: pd.DataFrame) -> str:
    """Caption of what approximate search finds."""
    lines = []
    for (task, language), part in table.groupby(["task", "language"], sort=False):
        found = part["recall@100"]
        lines.append(
            f"- {task}, {language} ({part['passages'].iloc[0]} passages): "
            f"{found.min():.1%} to {found.max():.1%}; of relevant passages "
            f"{part['relevant_found'].mean():.1%}, exact search {part['relevant_exact'].mean():.1%}"
        )
    return (
        "What the FAISS index finds of the best 100 passages of exact search, for a sample of "
        "queries, over the base and all runs. Where runs differ here, some of their differences "
        "in the tables are the index's.\n\n" + "\n".join(lines)
    )


def drift_caption(points: pd.DataFrame, drift: pd.DataFrame) -> str:
    """Caption of gain against drift, with anisotropy and the gap between meanings by rate."""
    means = points.groupby(["family", "learning_rate"], sort=False)[["distance", "difference"]]
    lines = [
        f"- {family} at {rate:g}: drift {row['distance']:.2g}, "
        f"{row['difference'] * POINTS:+.1f} points"
        for (family, rate), row in means.mean().iterrows()
    ]
    changes = drift[drift["kind"].isin(["anisotropy", "gap"])]
    for (kind, rate), value in changes.groupby(["kind", "learning_rate"])["value"].mean().items():
        words = {
            "anisotropy": "mean cosine between different queries of one language",
            "gap": "cosine of one meaning minus other meanings, across languages",
        }[kind]
        lines.append(f"- change of the {words} at {rate:g}: {value:+.4f}")
    return (
        "Difference from the base against the drift of the queries' vectors (mean of 1 - cosine "
        "between a query's vectors before and after; a point for each run, the line joins the "
        "means of the rates), and the movement of the weights by kind of block, relative to their "
        "norm.\n\n" + "\n".join(lines)
    )


def history_caption(history: pd.DataFrame) -> str:
    """Caption of the tuning histories."""
    last = history[history["kept"]].groupby("learning_rate")
    values = last[["validation_accuracy", "share_moved"]].mean()
    parts = ", ".join(
        f"{rate:g}: {row['validation_accuracy']:.3f} "
        f"({row['share_moved']:.1%} of the tuned weights moved)"
        for rate, row in values.iterrows()
    )
    return f"Validation accuracy and loss while tuning. Final validation accuracy by rate: {parts}."
