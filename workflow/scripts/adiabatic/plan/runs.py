"""The plan of an experiment: every run with what it belongs to, and every evaluation set."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from math import isnan, nan
from pathlib import Path
from typing import Any

from adiabatic.io.errors import InputError
from adiabatic.plan.methods import DEFAULTS, METHODS, SETTINGS, SWEEP_METHOD, Method

# The group of the runs of every learning rate and seed; ablations and methods are other groups.
SWEEP = "sweep"
# The encoder before tuning, as tables and files name it.
BASE = "base"


@dataclass(frozen=True)
class PlannedRun:
    """One run: of the sweep, of an ablation, or of a method that is compared with it.

    name: of its folder. group: SWEEP, or the name of the ablation or the compared method.
    method: one of METHODS. learning_rate: NaN where the method has none. alpha: the value of what
    its method has `each` of, as of what is interpolated; else NaN. repeats: the run of the sweep
    that an ablation repeats, or that this one is made from; else empty. changes: of an ablation,
    the one setting that it changes, empty where there are several. settings: what the method
    reads, by name.
    """

    name: str
    group: str
    method: str = SWEEP_METHOD
    learning_rate: float = nan
    seed: int = 0
    alpha: float = nan
    repeats: str = ""
    ablation: bool = False
    changes: str = ""
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def row(self) -> Method:
        """What is known of its method."""
        return METHODS[self.method]


@dataclass(frozen=True)
class PlannedTask:
    """An evaluation set of the configuration: its name and kind."""

    name: str
    kind: str


@dataclass(frozen=True)
class Plan:
    """What an experiment runs and evaluates, in the order of its tables."""

    runs: tuple[PlannedRun, ...]
    tasks: tuple[PlannedTask, ...] = ()

    def named(self, names: Iterable[str]) -> list[PlannedRun]:
        """Runs by name, in the order of the names.

        Raises:
            InputError: the plan has no such run.
        """
        known = {run.name: run for run in self.runs}
        names = list(names)
        if missing := [name for name in names if name not in known]:
            raise InputError(f"--runs: {missing[0]!r} found; the plan has no such run")
        return [known[name] for name in names]

    @property
    def sweep(self) -> list[PlannedRun]:
        """The runs of the sweep."""
        return [run for run in self.runs if run.group == SWEEP]

    @property
    def ablations(self) -> list[PlannedRun]:
        """The runs of all ablations."""
        return [run for run in self.runs if run.ablation]

    @property
    def compared(self) -> list[PlannedRun]:
        """The runs of the methods that are compared with the sweep."""
        return [run for run in self.runs if run.group != SWEEP and not run.ablation]


def rate_text(learning_rate: float) -> str:
    """A learning rate, in texts always in the same way: `2e-8`, `1.3e-7`, `3e-3`."""
    mantissa, exponent = f"{learning_rate:.2e}".split("e")
    return f"{float(mantissa):g}e{int(exponent)}"


def plan_of(config: dict[str, Any]) -> Plan:
    """The plan of a checked configuration."""
    tasks = [PlannedTask(task["name"], task["kind"]) for task in config["evaluation"]["tasks"]]
    return Plan(planned(config["tuning"]), tuple(tasks))


def planned(tuning: dict[str, Any]) -> tuple[PlannedRun, ...]:
    """The runs of the sweep, then those of each ablation and compared method, named `GROUP-RUN`.

    Args:
        tuning: that section of the configuration, with defaults.
    """
    settings = {key: tuning[key] for key in SETTINGS}
    runs = _every(SWEEP, tuning["learning_rates"], tuning["seeds"], settings)
    for ablation in tuning["ablations"]:
        chosen = {key: ablation.get(key, tuning[key]) for key in ("learning_rates", "seeds")}
        changed = settings | {key: ablation[key] for key in SETTINGS if key in ablation}
        about = {"ablation": True, "changes": setting_changed(tuning, ablation)}
        about |= {"prefix": f"{ablation['name']}-", "repeated": True}
        runs += _every(ablation["name"], **chosen, settings=changed, **about)
    for compared in tuning["methods"]:
        runs += _of_method(compared, tuning)
    return tuple(runs)


def setting_changed(tuning: dict[str, Any], ablation: dict[str, Any]) -> str:
    """The one setting that an ablation changes, "" where there are several.

    Only a freeze that adds output.dense.weight counts, which is the paper's.
    """
    changed = [key for key in SETTINGS if key in ablation and ablation[key] != tuning[key]]
    if changed == ["freeze"] and set(ablation["freeze"]) != {
        *tuning["freeze"],
        "output.dense.weight",
    }:
        return ""
    return changed[0] if len(changed) == 1 else ""


def plan_row(run: PlannedRun) -> dict[str, Any]:
    """A run as the plan file has it; NaN becomes null."""
    row = asdict(run)
    return row | {key: None for key in ("learning_rate", "alpha") if isnan(row[key])}


def plan_text(plan: Plan) -> str:
    """A plan as JSON."""
    content = {"runs": list(map(plan_row, plan.runs)), "tasks": list(map(asdict, plan.tasks))}
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def read_plan(path: Path) -> Plan:
    """A plan from a file with `plan_text`.

    Raises:
        InputError: the file is missing, or is no plan.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        missing = {"learning_rate": nan, "alpha": nan}
        runs = [
            PlannedRun(**run | {k: v for k, v in missing.items() if run.get(k) is None})
            for run in content["runs"]
        ]
        tasks = [PlannedTask(**task) for task in content.get("tasks", [])]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: cannot be read as a plan of runs ({error})") from None
    return Plan(tuple(runs), tuple(tasks))


def _every(
    group: str,
    learning_rates: list[float],
    seeds: list[int],
    settings: dict[str, Any],
    prefix: str = "",
    repeated: bool = False,
    **about: Any,
) -> list[PlannedRun]:
    """One run for each learning rate and seed, in ascending order."""
    return [
        PlannedRun(
            f"{prefix}{(name := f'lr{rate}-seed{seed}')}",
            group,
            learning_rate=rate,
            seed=seed,
            settings=settings,
            repeats=name if repeated else "",
            **about,
        )
        for rate in sorted(map(float, learning_rates))
        for seed in sorted(seeds)
    ]


def _of_method(compared: dict[str, Any], tuning: dict[str, Any]) -> list[PlannedRun]:
    """The runs of one compared method; what it leaves out is as in the tuning section."""
    name, method = compared["name"], METHODS[compared["method"]]
    given = tuning | DEFAULTS | compared
    settings = {key: given[key] for key in method.settings}
    if not method.tuned:
        return [PlannedRun(name, name, method.name, settings=settings)]
    chosen = {key: given[key] for key in ("learning_rates", "seeds")}
    variants = [(f"{name}-", settings, nan)]
    if method.each:
        many, one = method.each
        variants = [(f"{name}-{v}-", settings | {one: v}, v) for v in map(float, given[many])]
    about = {"method": method.name, "repeated": method.repeats}
    return [
        run
        for prefix, of_run, alpha in variants
        for run in _every(name, **chosen, settings=of_run, prefix=prefix, alpha=alpha, **about)
    ]
