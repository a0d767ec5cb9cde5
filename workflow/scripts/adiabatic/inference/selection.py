"""The choice of one candidate on one half of the items, and what the other half says of it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from adiabatic.inference.candidates import INDEX_STAYS, Evidence
from adiabatic.inference.comparisons import Candidate
from adiabatic.inference.deciding_sizes import (
    sizes_for_family,
    sizes_for_gain,
    sizes_in_words,
)
from adiabatic.inference.differences import ENGLISH
from adiabatic.inference.sample_sizes import POWER, Needed
from adiabatic.inference.verdicts import KEPT, LOST, MUST_BE_KEPT, NEEDS_SEEDS, UNDECIDED
from adiabatic.plan.runs import BASE

# The status of an experiment, in one word for a person who decides.
SWITCH, NOT_YET, NO = "switch", "not yet", "no"
# A gain of less than this share of the largest is not worth a choice of its own.
USEFUL_SHARE = 0.2


@dataclass(frozen=True)
class Choice:
    """What an experiment comes to.

    status: SWITCH, NOT_YET or NO. row: of the chosen candidate in the table of candidates, None
    where none was chosen. run: the one of its runs to deploy. missing: what keeps the status from
    being SWITCH, each a sentence without its full stop.
    """

    status: str
    row: pd.Series | None = None
    run: str = ""
    missing: tuple[str, ...] = ()


def choose(table: pd.DataFrame) -> pd.Series | None:
    """The candidate with the largest validation gain among those that keep all in selection.

    All of a candidate's runs must keep all there, and it must gain a useful share of what the best
    one does of which no run is shown to lose anything. Where there is none, that best one is
    chosen, so that what it lacks can be told. Candidates with too few seeds to be switched to are
    chosen only where all have too few. Only items of the selection half and the validation
    split decide, and only among candidates by which the stored index stays as it is.

    Args:
        table: see `candidate_rows`.
    """
    possible = table[
        (table["group"] != BASE)
        & (table["stored_index"] == INDEX_STAYS)
        & (table["validation_gain"] > 0)
        & table["judged_in_selection"].eq(True)
        & (table["seeds_lost_in_selection"] == 0)
    ]
    if possible.empty:
        return None
    enough = possible["enough_seeds"].eq(True)
    if enough.any():
        possible = possible[enough]
    kept = possible["seeds_kept_in_selection"] == possible["seeds"]
    useful = possible["validation_gain"] >= USEFUL_SHARE * possible["validation_gain"].max()
    if (kept & useful).any():
        possible = possible[kept & useful]
    return possible.loc[possible["validation_gain"].idxmax()]


def judge_choice(
    table: pd.DataFrame, candidates: list[Candidate], evidence: Evidence, share: float
) -> Choice:
    """The status, by the items that did not choose.

    SWITCH: the chosen candidate's gain in English is above 0, and it keeps all, on both halves. NO:
    no candidate that keeps the index can: each is shown not to gain, or to lose something. Else
    NOT_YET.
    """
    tried = table[(table["group"] != BASE) & (table["stored_index"] == INDEX_STAYS)]
    hopeless = (tried["english_high"] <= 0) | (tried["verdict"] == LOST)
    row = choose(table)
    if row is None:
        status = NO if len(tried) and hopeless.all() else NOT_YET
        return Choice(status, missing=(why_none_was_chosen(tried, share),))
    one = next(c for c in candidates if _is_row(c, row))
    gains = {run.name: evidence.validation[run.name] for run in one.runs}
    run = max(gains, key=gains.__getitem__)
    if row["verdict"] == KEPT and row["english_low"] > 0 and kept_in_selection(row):
        return Choice(SWITCH, row, run)
    if len(tried) and hopeless.all():
        return Choice(NO, row, run, tuple(missing_evidence(row)))
    return Choice(NOT_YET, row, run, tuple(missing_evidence(row, evidence.of(one), evidence)))


def kept_in_selection(row: pd.Series) -> bool:
    """Whether each run of a candidate keeps all on the items that choose."""
    return bool(row["seeds_kept_in_selection"] == row["seeds"])


def why_none_was_chosen(tried: pd.DataFrame, share: float) -> str:
    """The reason, of candidates by which the stored index stays as it is."""
    if share == 0:
        return "evaluation.selection_share is 0, so nothing was chosen"
    if not tried["judged_in_selection"].eq(True).any():
        return "no multilingual task was evaluated"
    if not (tried["validation_gain"] > 0).any():
        return "nothing gained in validation"
    return "whatever gained in validation lost something on the items that choose"


def missing_evidence(
    row: pd.Series, rows: pd.DataFrame | None = None, evidence: Evidence | None = None
) -> list[str]:
    """What a candidate lacks to be switched to, and what sizes would decide.

    Args:
        rows: of the candidate, in the evidence; without them no sizes are told.
    """
    missing = []

    def decided_by(sizes: Callable[[pd.DataFrame], list[Needed]]) -> str:
        needed = [] if rows is None or evidence is None else sizes(rows)
        words = sizes_in_words(needed, evidence.kinds) if evidence else ""
        decided = f" would decide, with a power of {POWER:.0%}"
        end = decided if all(one.possible for one in needed) else ""
        return f"; {words}{end}" if words else ""

    def of_family(rows: pd.DataFrame) -> list[Needed]:
        return sizes_for_family(rows[rows["family"].isin(MUST_BE_KEPT)], rows, evidence.how)

    def of_gain(rows: pd.DataFrame) -> list[Needed]:
        return sizes_for_gain(rows[rows["family"] == ENGLISH].iloc[0], evidence.how)

    if row["verdict"] == NEEDS_SEEDS:
        missing.append(f"seeds: 3 at least for what is said of a rate (now {row['seeds']})")
    if row["verdict"] == LOST:
        missing.append(f"{row['inferior']} comparisons are shown to be inferior")
    if row["verdict"] == UNDECIDED:
        compared = int(row["comparisons"])
        open_ones = compared - int(row["non_inferior"])
        missing.append(
            f"{open_ones} of {compared} comparisons are not shown to be non-inferior"
            + decided_by(of_family)
            if compared
            else "nothing that must be kept was evaluated"
        )
    if row["english_low"] <= 0:
        none = row["english_high"] <= 0
        shown = "is shown to be none" if none else f"is not shown{decided_by(of_gain)}"
        missing.append(f"a gain in English {shown}")
    if not missing and not kept_in_selection(row):
        kept, runs = row["seeds_kept_in_selection"], row["seeds"]
        missing.append(f"{kept:.0f} of {runs:.0f} runs keep everything on the items that choose")
    return missing


def _is_row(one: Candidate, row: pd.Series) -> bool:
    pairs = ((one.learning_rate, row["learning_rate"]), (one.alpha, row["alpha"]))
    same = all(a == b or (np.isnan(a) and np.isnan(b)) for a, b in pairs)
    return one.group == row["group"] and same
