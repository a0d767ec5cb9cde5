"""All methods: table and caption."""

import numpy as np
import pandas as pd

from adiabatic.inference.method_comparison import ADIABATIC, BASE
from adiabatic.inference.summary import DIFFERENT, SAME
from adiabatic.report.numbers import POINTS, in_points
from adiabatic.report.verdicts import worst_in_words
from adiabatic.tasks.kinds import POOL


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
        f"{method_in_words(best)}, {_gain(best)}; its worst language is {worst_in_words(best)}. "
    )
    if len(kept):
        safe = kept.loc[kept["english_gain"].idxmax()]
        text += (
            f"{len(kept)} of {len(rows)} are shown to keep all languages within "
            f"{margin * POINTS:g} points, of "
            f"which {method_in_words(safe)} gains most: {_gain(safe)}, its worst language "
            f"{worst_in_words(safe)}. "
        )
    else:
        text += f"None is shown to keep all languages within {margin * POINTS:g} points. "
    front = "; ".join(map(method_in_words, (row for _, row in frame[frame["pareto"]].iterrows())))
    return f"{text}By the estimates, not dominated in both: {front}."


def method_in_words(row: pd.Series) -> str:
    """A method's name with its learning rate and alpha, where it has them."""
    rate, alpha = row["learning_rate"], row["alpha"]
    parts = [] if pd.isna(alpha) else [f"alpha {alpha:g}"]
    parts += [] if pd.isna(rate) else [f"rate {rate:g}"]
    return f"{row['name']} ({', '.join(parts)})" if parts else row["name"]


def _gain(row: pd.Series) -> str:
    low, high = row["english_low"] * POINTS, row["english_high"] * POINTS
    return f"{row['english_gain'] * POINTS:+.1f} points [{low:+.1f}, {high:+.1f}]"


def methods_table(frame: pd.DataFrame) -> pd.DataFrame:
    """For people: one row a method, rate and alpha, in points; `frame` as in methods.csv."""
    worst = frame["worst_language"] + ", " + frame["worst_task"]
    documents = {SAME: "", DIFFERENT: " (documents in others)", POOL: " (documents in all)"}
    others = frame["worst_documents"].map(documents)
    differs = frame["name"] != BASE
    return pd.DataFrame(
        {
            **keys_for_people(frame),
            "English gain (points)": _points(frame, "english_gain", "english"),
            "worst language (points)": _points(frame, "worst_difference", "worst"),
            "which": (worst + others.fillna("")).where(differs, ""),
            "across languages (points)": _points(frame, "across_change", "across"),
            "drift of queries": frame["drift"].map(lambda v: "" if np.isnan(v) else f"{v:.2g}"),
            "stored index stays valid": frame["stored_index"],
            "not dominated": frame["pareto"].map({True: "yes", False: ""}),
        }
    )


def keys_for_people(frame: pd.DataFrame) -> dict[str, pd.Series]:
    alike = frame["name"] == frame["method"]
    plain = alike | frame["name"].isin([BASE, ADIABATIC])
    name = frame["name"].where(plain, frame["name"] + " (" + frame["method"] + ")")
    numbers = {
        words: frame[column].map(lambda value: "" if np.isnan(value) else f"{value:g}")
        for words, column in (("learning rate", "learning_rate"), ("alpha", "alpha"))
    }
    return {"method": name, **numbers, "seeds": frame["seeds"].replace(0, "").astype(str)}


def _points(frame: pd.DataFrame, column: str, prefix: str) -> list[str]:
    values = zip(frame[column], frame[f"{prefix}_low"], frame[f"{prefix}_high"], strict=True)
    shown = [in_points(*three) for three in values]
    is_base = (frame["name"] == BASE) | frame[column].isna()
    return ["" if blank else text for blank, text in zip(is_base, shown, strict=True)]
