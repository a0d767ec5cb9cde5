import numpy as np
import pandas as pd
import pytest

from adiabatic.inference.experiment_plan import COLUMNS
from adiabatic.plan.runs import Plan, PlannedRun
from adiabatic.report.experiment_plan import (
    costs_table,
    duration,
    plan_text,
    sample_sizes_table,
    warnings_of,
)

KINDS = {"xnli": "xnli", "qa": "qa-retrieval"}


def rows_of(*rows):
    every = dict.fromkeys(COLUMNS, np.nan)
    return pd.DataFrame([every | row for row in rows], columns=COLUMNS)


def row(claim, task, rate, power, needed=4000, seeds=3, **about):
    sizes = {"comparisons": 9, "items": 1000, "reported": 500, "seeds": 3, "changed": 0.05}
    found = {"power": power, "needed_items": needed, "needed_seeds": seeds}
    return {"claim": claim, "task": task, "learning_rate": rate} | sizes | found | about


def plan_with(seeds, *changes):
    runs = [PlannedRun(f"s{seed}", "sweep", learning_rate=1e-6, seed=seed) for seed in range(seeds)]
    runs += [PlannedRun(name, name, ablation=True, changes=name) for name in changes]
    return Plan(tuple(runs))


ROWS = rows_of(
    {"claim": "a", "task": "held-out", "learning_rate": 1e-6, "detectable": 0.0174, "seeds": 3},
    row("b", "xnli", 1e-7, 0.9, needed=1000),
    row("b", "xnli", 1e-6, 0.1, needed=8123, seeds=5),
    row("c", "qa", 1e-7, 0.003),
    row("d", "arxiv", 1e-7, 0.5, needed=0),
    {"claim": "e", "task": "all tasks", "learning_rate": 1e-7, "power": 0.1, "seeds": 3},
)


def test_people_read_what_is_needed():
    shown = sample_sizes_table(ROWS, KINDS, 0.02).shown
    assert shown["for a power of 80%"].tolist() == [
        "a gain of 1.7 points",
        "as it is",
        "about 8,200 premises a language, 5 seeds",
        "about 4,000 questions a language",
        "no size will do",
        "",
    ]
    assert shown["power"].tolist() == ["", "90%", "10%", "<1%", "50%", "10%"]


def test_what_has_no_chance_is_warned_of():
    told = warnings_of(ROWS, plan_with(3, "freeze"), KINDS)
    assert told[0].startswith("claim b on xnli has no chance at 1e-6 unless languages gain")
    assert told[1].startswith("claim c on qa has no chance at any rate")
    assert told[1].endswith("needed there: about 4,000 questions a language")
    assert told[2].startswith("claim e ")
    assert told[3].startswith("claim h ")
    assert len(told) == 4


def test_too_few_seeds_and_missing_sets_are_warned_of():
    told = warnings_of(ROWS[ROWS["claim"] != "c"], plan_with(2, "freeze", "precision"), KINDS)
    assert told[0].startswith("tuning.seeds: 2 found; ")
    assert told[1].startswith("claim c (no language loses")
    assert len(told) == 2


def test_a_pilot_that_tried_other_rates_is_warned_of():
    ablated = plan_with(3, "freeze", "precision")
    near = ROWS.assign(power=1.0, pilot_rate=ROWS["learning_rate"] * 3)
    assert warnings_of(near, ablated, KINDS) == []
    (told,) = warnings_of(near.assign(pilot_rate=1e-7), ablated, KINDS)
    assert told.startswith("evaluation.pilot: it tried no rate near 1e-6 ")


def test_the_terminal_shows_tables_then_warnings():
    costs = costs_table(pd.DataFrame([("a run", 1, 700)], columns=["what", "count", "seconds"]))
    text = plan_text(sample_sizes_table(ROWS, KINDS, 0.02), costs, ["beware"])
    assert "12 min" in text
    assert text.endswith("warning: beware\n")
    assert "loses 2 points or more" in text.replace("\n", " ")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "1 s"), (40, "40 s"), (720, "12 min"), (12_600, "3.5 h"), (54_000, "15 h"),
     (400_000, "5 days")],
)  # fmt: skip
def test_durations_are_told_roughly(seconds, words):
    assert duration(seconds) == words
