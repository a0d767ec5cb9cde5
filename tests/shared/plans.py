"""Plans of an experiment, as the files that scripts read."""

from adiabatic.plan.runs import Plan, PlannedTask, plan_text


def write_plan(folder, runs=(), tasks=None):
    """Write a plan of runs, and of tasks by name and kind; returns its path."""
    planned = tuple(PlannedTask(name, kind) for name, kind in (tasks or {}).items())
    path = folder / "plan.json"
    path.write_text(plan_text(Plan(tuple(runs), planned)), encoding="utf-8")
    return path
