"""Write the plan of an experiment: every run with its settings, and every evaluation set."""

import argparse
import json
from pathlib import Path

from adiabatic.cli import command_line
from adiabatic.io.atomic import written_atomically
from adiabatic.plan.runs import plan_of, plan_text


def parser() -> argparse.ArgumentParser:
    """The options of this script."""
    options = command_line.parser(__doc__)
    options.add_argument(
        "--tuning", type=json.loads, required=True, help="that section of the configuration, JSON"
    )
    options.add_argument(
        "--tasks", type=json.loads, required=True, help="name and kind of each, JSON"
    )
    options.add_argument("--out", type=Path, required=True, help="plan.json")
    return options


def main() -> None:
    arguments = parser().parse_args()
    plan = plan_of({"tuning": arguments.tuning, "evaluation": {"tasks": arguments.tasks}})
    with written_atomically(arguments.out) as path:
        path.write_text(plan_text(plan), encoding="utf-8")
    command_line.say(f"{len(plan.runs)} runs, {len(plan.tasks)} tasks")


if __name__ == "__main__":
    command_line.run(main)
