"""What an experiment leaves for its tables, with planted truth."""

import pandas as pd
from planted_outcomes import HOW, Planted

from adiabatic.evaluation.drift import BLOCK, QUERIES
from adiabatic.plan.runs import Plan, PlannedTask
from adiabatic.report.material import Material

STEPS = [0, 5, 10]


def planted_material(folder, shift, share=0.0, **world):
    """The material of a planted experiment, whose runs gain 0.1 in validation at every rate.

    A gain or loss of each column is what shift(group, rate, task, query, document) says.
    """
    planted = Planted(shift, **world)
    tasks = (PlannedTask("xnli", "xnli"), PlannedTask("qa", "qa-retrieval"))
    plan = Plan(tuple(planted.runs), tasks)
    for run in planted.runs:
        (folder / "runs" / run.name).mkdir(parents=True)
        (folder / "drift").mkdir(exist_ok=True)
        history = {"step": STEPS, "loss": [None, 0.2, 0.1], "validation_accuracy": [0.5, 0.55, 0.6]}
        pd.DataFrame(history | {"share_moved": 1.0, "kept": [False, False, True]}).to_csv(
            folder / "runs" / run.name / "history.csv", index=False
        )
        (folder / "runs" / run.name / "time.json").write_text('{"seconds": 12.5}')
        drift = [(BLOCK, "0 attention", "", 1000 * run.learning_rate)]
        drift += [(QUERIES, name, "en", 100 * run.learning_rate) for name in ("held-out", "xnli")]
        drift += [(QUERIES, "xnli", "zh", 90 * run.learning_rate)]
        pd.DataFrame(drift, columns=["kind", "name", "language", "value"]).to_csv(
            folder / "drift" / f"{run.name}.csv", index=False
        )
    differences = planted.evidence(share=share).differences
    return Material(folder, plan, differences, HOW, share)


def english_gains(group, rate, task, query, document):
    """English gains 10 points at every rate; the highest, 1e-4, loses all else by 20."""
    if task == "held-out":
        return 0.1
    return -0.2 if rate >= 1e-4 else 0.0
