"""Tell what an experiment can decide, what it needs and what it costs, before anything is tuned."""

import argparse
from dataclasses import replace
from pathlib import Path

import pandas as pd

from adiabatic.cli import command_line
from adiabatic.cli.inference_options import add_inference_options, inference_of
from adiabatic.encoding.devices import chosen_device, use_threads
from adiabatic.encoding.model_folder import layers_of
from adiabatic.evaluation.sets import EvaluationSet, SetFiles, read_sets
from adiabatic.inference.expected_changes import Expected, by_default, by_pilot
from adiabatic.inference.experiment_plan import Expectation, plan_rows
from adiabatic.inference.planned_sets import PlannedSet, planned_sets
from adiabatic.io.atomic import written_atomically
from adiabatic.io.errors import InputError
from adiabatic.io.parquet import read_frame
from adiabatic.plan.runs import Plan, PlannedRun, read_plan
from adiabatic.report.experiment_plan import (
    costs_table,
    plan_text,
    sample_sizes_table,
    warnings_of,
)
from adiabatic.report.files import save_table
from adiabatic.tuning.making import Making
from adiabatic.tuning.query_encoder import tokenized
from adiabatic.tuning.timing import number_of_steps, timed


def parser() -> argparse.ArgumentParser:
    """The options of this script."""
    options = command_line.parser(__doc__)
    options.add_argument("--plan", type=Path, required=True, help="the runs, and kinds of tasks")
    options.add_argument("--base", type=Path, required=True, help="folder of the base encoder")
    options.add_argument("--pairs", nargs="+", type=Path, required=True, help="STYLE-LEVEL.parquet")
    options.add_argument("--tuning", type=Path, required=True, help="tuning.parquet")
    options.add_argument(
        "--tasks", nargs="*", type=Path, default=[], help="TASK.parquet of evaluation sets"
    )
    options.add_argument("--excluded", type=Path, help="items that are not evaluated, parquet")
    options.add_argument(
        "--pilot", type=Path, help="results of an experiment that tells what rates change"
    )
    options.add_argument("--threads", type=int, default=1, help="of torch")
    options.add_argument("--demonstration", action="store_true", help="say so in the captions")
    add_inference_options(options)
    options.add_argument("--out", type=Path, required=True, help="folder of the tables")
    return options


def main() -> None:
    arguments = parser().parse_args()
    use_threads(arguments.threads)
    how, plan = inference_of(arguments), read_plan(arguments.plan)
    kinds = {task.name: task.kind for task in plan.tasks}
    files = SetFiles(arguments.pairs, arguments.tuning, arguments.tasks, [], [])
    sets = read_sets(files, kinds, arguments.excluded)
    planned = planned_sets(sets, kinds, arguments.selection_share, how.reference)
    expected = expectation(arguments, kinds)
    rates = sorted({run.learning_rate for run in plan.sweep})
    rows = plan_rows(planned, rates, len({run.seed for run in plan.sweep}), expected, how)
    sizes = sample_sizes_table(rows, kinds, how.non_inferiority_margin)
    costs = costs_table(costs_of(arguments, plan, sets))
    for name, table in (("sample_sizes", sizes), ("expected_costs", costs)):
        save_table(table, arguments.out / f"{name}.csv", arguments.demonstration)
    text = plan_text(sizes, costs, warnings_of(rows, plan, kinds))
    with written_atomically(arguments.out / "sample_sizes.txt") as path:
        path.write_text(text, encoding="utf-8")
    command_line.say(text)


def expectation(arguments: argparse.Namespace, kinds: dict[str, str]) -> Expectation:
    """What is expected of a set at a rate: by the pilot, if there is one.

    Raises:
        InputError: the pilot has no results.
    """
    # Of an architecture that does not say, as of E5-small.
    layers = layers_of(arguments.base) or 12
    if not arguments.pilot:
        return lambda of, rate: by_default(of, rate, layers, kinds)
    found = arguments.pilot / "inference/differences.parquet"
    if not found.is_file():
        raise InputError(
            f"evaluation.pilot: no {found}; the pilot must have run, or be null for defaults"
        )
    differences = read_frame(found)
    if "items_variance" not in differences:
        raise InputError(f"{found}: from an older version; run the pilot's comparison again")
    pilot_kinds = {task.name: task.kind for task in read_plan(arguments.pilot / "plan.json").tasks}

    def expected(of: PlannedSet, rate: float) -> Expected:
        return by_pilot(differences, pilot_kinds, of, rate, by_default(of, rate, layers, kinds))

    return expected


def costs_of(arguments: argparse.Namespace, plan: Plan, sets: list[EvaluationSet]) -> pd.DataFrame:
    """Seconds of a run, of all of them, of evaluation and of the documents."""
    making = Making(
        plan.sweep[0], arguments.base, arguments.tuning, Path(), Path(), chosen_device(),
        arguments.threads,
    )  # fmt: skip
    queries = pd.concat([part.items["query"].dropna() for part in sets]).unique().tolist()
    corpora = {part.task: part.corpus for part in sets}
    documents = [str(text) for corpus in corpora.values() for text in corpus.get_level_values(-1)]
    timing = timed(making, queries, documents)
    train, validation = tokenized(arguments.base, arguments.tuning)

    def seconds(runs: list[PlannedRun]) -> float:
        steps = [
            number_of_steps(len(train.queries), replace(making, run=run).settings()) for run in runs
        ]
        return sum(timing.run(number, len(validation.queries)) for number in steps)

    evaluated = [run for run in plan.runs if not run.row.search]
    rows = [
        ("a run of the sweep", 1, seconds(plan.sweep[:1])),
        ("the sweep", len(plan.sweep), seconds(plan.sweep)),
        ("its ablations", len(plan.ablations), seconds(plan.ablations)),
        ("evaluation", len(evaluated) + 1, (len(evaluated) + 1) * len(queries) * timing.query),
        ("documents, once", len(documents), len(documents) * timing.document),
    ]
    return pd.DataFrame([row for row in rows if row[1]], columns=["what", "count", "seconds"])


if __name__ == "__main__":
    command_line.run(main)
