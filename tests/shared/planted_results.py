"""The results of an experiment whose truth is planted, for tests of what is made of them."""

import json

import numpy as np
import pandas as pd
from planted_outcomes import HOW, KINDS, Planted

from adiabatic.plan.runs import Plan, PlannedTask, plan_text
from adiabatic.report.material import Material

LOW, MIDDLE, HIGH = RATES = (1e-6, 1e-5, 1.3e-3)
ABLATIONS = {"direct": ("precision", (LOW, MIDDLE)), "frozen": ("freeze", (MIDDLE, HIGH))}
GAINS = {LOW: 0.02, MIDDLE: 0.15, HIGH: 0.1}


def shift(group, rate, task, query, document):
    """English gains most in the middle; the highest rate costs the other languages."""
    if group == "lora":
        return 0.2 if task == "held-out" else -0.3
    if task == "held-out":
        return GAINS[rate]
    lost = rate == HIGH and query == "zh" and group != "frozen"
    return -0.3 if lost else 0.0


def write_results(folder):
    """Write what tables, figures and the page of an experiment are made of."""
    world = Planted(shift, items=1000, rates=RATES, **ABLATIONS, lora="lora")
    tasks = tuple(PlannedTask(name, kind) for name, kind in KINDS.items())
    plan = Plan(tuple(world.runs), tasks)
    for name in ("inference", "data", "drift"):
        (folder / name).mkdir(parents=True)
    (folder / "plan.json").write_text(plan_text(plan))
    world.evidence(share=0.5).differences.to_parquet(folder / "inference/differences.parquet")
    weights = [(run.group, run.learning_rate, run.seed, 0.031) for run in plan.ablations]
    columns = ["group", "learning_rate", "seed", "relative_weight_change"]
    pd.DataFrame(weights, columns=columns).to_csv(folder / "inference/weights.csv", index=False)
    sets = [("xnli", "xnli", "en zh", 1000), ("qa", "qa-retrieval", "en zh", 1000)]
    counts = dict.fromkeys(
        ("duplicates", "shared_queries", "shared_passages", "contaminated", "excluded"), 0
    )
    frame = pd.DataFrame(sets, columns=["set", "kind", "languages", "items"])
    frame.assign(documents=1000, **counts).to_csv(folder / "data/evaluation_sets.csv", index=False)
    for run in plan.runs:
        if run.row.make:
            write_run(folder / "runs" / run.name, run)
        if run.row.moves_queries:
            drift_of(run).to_csv(folder / f"drift/{run.name}.csv", index=False)
    return folder


def write_run(folder, run):
    """What a run leaves beside its weights."""
    folder.mkdir(parents=True)
    steps = np.arange(5)
    history = pd.DataFrame({"step": steps, "loss": 0.1 - 0.01 * steps})
    history["validation_accuracy"] = 0.7 + steps * GAINS[run.learning_rate] / 5
    history["share_changed"] = (steps > 0).astype(float)
    history.assign(kept=steps == 4).to_csv(folder / "history.csv", index=False)
    (folder / "time.json").write_text(json.dumps({"seconds": 7.5 + run.seed}))
    parameters = {"tuned": 900, "frozen": 100}
    (folder / "provenance.json").write_text(json.dumps({"parameters": parameters}))


def drift_of(run):
    """How far a run moved: the further, the higher its rate."""
    rows = [
        ("queries", "held-out", "en"),
        ("block", "0 attention", ""),
        ("block", "1 attention", ""),
    ]
    rows += [("queries", task, language) for task in KINDS for language in ("en", "zh")]
    rows += [("block", "0 layer norms", ""), ("block", "embeddings", "")]
    frame = pd.DataFrame(rows, columns=["kind", "name", "language"])
    value = np.where(frame["name"] == "embeddings", 0, 100 * run.learning_rate)
    return frame.assign(base=1.0, tuned=1.0, value=value)


def read_material(folder):
    """The material of these results."""
    return Material.read(folder, HOW, 0.5)
