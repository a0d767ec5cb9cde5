"""The status of the experiment, in one word and some sentences."""

import numpy as np
import pandas as pd

from adiabatic.inference.selection import NO, NOT_YET, SWITCH, Choice, kept_in_selection
from adiabatic.inference.verdicts import KEPT
from adiabatic.plan.runs import SWEEP
from adiabatic.report.files import Table
from adiabatic.report.material import Material
from adiabatic.report.numbers import POINTS, count, score, with_interval
from adiabatic.report.pairs import paired_english
from adiabatic.report.words import deciding, name_of

STATUS = {
    SWITCH: "Switch at this rate",
    NOT_YET: "Not yet",
    NO: "No",
}


def verdict_table(material: Material) -> Table:
    """One row: the status, what was chosen, and what is missing."""
    choice = material.choice
    row = choice.row
    about = {"status": choice.status, "chosen": "" if row is None else name_of(row)}
    about |= {"run": choice.run, "missing": "; ".join(choice.missing)}
    keys = ["group", "method", "learning_rate", "alpha", "seeds", "english_gain", "english_low"]
    keys += [
        "english_high",
        "english_seed_sd",
        "verdict",
        "comparisons",
        "non_inferior",
        "inferior",
    ]
    keys += ["worst_difference", "worst_low", "worst_task", "worst_subset"]
    keys += ["worst_query_language", "worst_document_language"]
    about |= {key: None if row is None else row[key] for key in keys}
    table = pd.DataFrame([about])
    return Table(table, table[["status", "chosen", "run", "missing"]], verdict_text(material))


def verdict_text(material: Material) -> str:
    """The status and its reasons, in a paragraph."""
    choice = material.choice
    text = f"{status_words(choice)}."
    if choice.row is not None:
        text += " " + " ".join(reasons(material))
    best = paper_is_not_best(material)
    return f"{text} {best}" if best else text


def status_words(choice: Choice) -> str:
    """`Switch at this rate: sweep at 1e-4`, `Not yet: 3 seeds are needed`, `No: ...`."""
    word = STATUS[choice.status]
    if choice.status == SWITCH:
        return f"{word}: {name_of(choice.row)}, run {choice.run}"
    if choice.status == NO:
        missing = "; ".join(choice.missing) or "nothing that was tried gains and keeps everything"
        return f"{word}: {missing}"
    return f"{word}: {'; '.join(choice.missing)}"


def reasons(material: Material) -> list[str]:
    """Sentences about the chosen candidate."""
    row, how = material.choice.row, material.how
    margin = f"{how.non_inferiority_margin * POINTS:g} points"
    gain = with_interval(row["english_gain"], row["english_low"], row["english_high"])
    chose = f"the validation split and {material.selection_share:.0%} of the multilingual items"
    told = [
        f"The candidate {name_of(row)} was chosen on {chose}; the numbers are of the others."
        if kept_in_selection(row)
        else f"On {chose}, no candidate with a useful gain (at least a fifth of the largest) "
        f"keeps everything in each run; {name_of(row)} gains most there. The numbers are of the "
        "other items.",
        f"English gains {gain} points on {count(int(row['n']), 'held-out triplet')}{_spread(row)}.",
    ]
    kept = f"{int(row['non_inferior'])} of {int(row['comparisons'])} comparisons"
    told.append(
        f"{kept} of languages and arXiv levels, each by itself, lose less than {margin}; the "
        f"lowest bound is {deciding(row)} (base and {count(int(row['seeds']), 'seed')})."
    )
    return told


def paper_is_not_best(material: Material) -> str:
    """Where another method that keeps everything gains more than the best rate of the sweep.

    Whether it does is asked in pairs, on the same items and seeds.
    """
    rows = material.methods
    kept = rows[(rows["verdict"] == KEPT) & (rows["stored_index"] == "yes") & (rows["seeds"] > 0)]
    swept, others = kept[kept["group"] == SWEEP], kept[kept["group"] != SWEEP]
    if others.empty:
        return ""
    best = others.loc[others["english_gain"].idxmax()]
    if swept.empty:
        return (
            f"No rate of the paper's method is shown to keep everything here; {name_of(best)} is, "
            f"and gains {_gain(best)} points."
        )
    own = swept.loc[swept["english_gain"].idxmax()]
    if own["english_gain"] >= best["english_gain"]:
        return ""
    both = f"{name_of(best)} keeps everything, too, and gains {_gain(best)} points, "
    both += f"{name_of(own)} {_gain(own)}"
    paired = paired_english(material, material.candidate_of(own), material.candidate_of(best))
    if paired is None:
        return ""
    apart = with_interval(paired["difference"], paired["low"], paired["high"])
    if paired["low"] > 0:
        return f"The paper's method is not the best one here: {both}; paired, {apart} more."
    return f"Which is better is not shown: {both}; paired, {apart}."


def _spread(row: pd.Series) -> str:
    """How far runs of several seeds lie apart."""
    if np.isnan(row["english_seed_sd"]):
        return ""
    seeds, apart = int(row["seeds"]), score(row["english_seed_sd"])
    return f" (the standard deviation of {seeds} seeds is {apart})"


def _gain(row: pd.Series) -> str:
    return with_interval(row["english_gain"], row["english_low"], row["english_high"])
