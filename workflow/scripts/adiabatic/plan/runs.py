"""The grid of tuning runs, ablations that repeat parts of it, and baselines by other methods."""

from math import nan
from typing import Any, NamedTuple

# Keys of the configuration's tuning section that decide a run beside its rate and seed.
SETTINGS = (
    "loss",
    "margin",
    "temperature",
    "batch_size",
    "accumulate",
    "schedule",
    "warmup",
    "max_gradient_norm",
    "dropout",
    "epochs",
    "patience",
    "freeze",
    "precision",
    "forward",
)


# What each method of a baseline reads beside rates and seeds. query-encoder is the grid's own: what
# a baseline changes are settings.
ADAPTER_SETTINGS = (
    *("loss", "margin", "temperature", "batch_size", "schedule", "warmup", "epochs", "patience"),
)
METHODS: dict[str, tuple[str, ...]] = {
    "query-encoder": SETTINGS,
    "both-encoders": SETTINGS,
    "lora": (*(key for key in SETTINGS if key != "freeze"), "rank", "targets"),
    "linear-adapter": ADAPTER_SETTINGS,
    "interpolation": ("alphas",),
    "procrustes": (),
    "bm25": (),
}
LORA_DEFAULTS = {"rank": 8, "targets": []}
# Those that have no learning rate and no seed, and so one run.
UNTUNED = ("procrustes", "bm25")


class Run(NamedTuple):
    """One run: of the grid, of an ablation, or of a baseline; one without a rate has NaN there."""

    name: str
    learning_rate: float
    seed: int


class PlannedRun(NamedTuple):
    """A run with its settings and what it belongs to: the grid, an ablation or a baseline.

    ablation, baseline: the name of either, empty for the runs of the grid.
    repeats: the grid's run that an ablation repeats, or that is interpolated with the base.
    method: one of METHODS.
    """

    run: Run
    ablation: str
    repeats: str
    settings: dict[str, Any]
    baseline: str = ""
    method: str = "query-encoder"


def grid(learning_rates: list[float], seeds: list[int]) -> list[Run]:
    """One run for each learning rate and seed, in ascending order."""
    return [
        Run(f"lr{rate}-seed{seed}", rate, seed)
        for rate in sorted(map(float, learning_rates))
        for seed in sorted(seeds)
    ]


def planned_runs(tuning: dict[str, Any]) -> list[PlannedRun]:
    """The runs of the grid, then those of each ablation and baseline, named `NAME-RUN`.

    Args:
        tuning: that section of the configuration, with defaults.
    """
    settings = {key: tuning[key] for key in SETTINGS}
    runs = grid(tuning["learning_rates"], tuning["seeds"])
    planned = [PlannedRun(run, "", "", settings) for run in runs]
    for ablation in tuning["ablations"]:
        name = ablation["name"]
        chosen = {key: ablation.get(key, tuning[key]) for key in ("learning_rates", "seeds")}
        changed = settings | {key: ablation[key] for key in SETTINGS if key in ablation}
        planned += [
            PlannedRun(run._replace(name=f"{name}-{run.name}"), name, run.name, changed)
            for run in grid(**chosen)
        ]
    for baseline in tuning["baselines"]:
        planned += baseline_runs(baseline, tuning)
    return planned


def baseline_runs(baseline: dict[str, Any], tuning: dict[str, Any]) -> list[PlannedRun]:
    """The runs of one baseline; what it leaves out is as in the tuning section."""
    name, method = baseline["name"], baseline["method"]
    if method in UNTUNED:
        return [PlannedRun(Run(name, nan, 0), "", "", {}, name, method)]
    chosen = {key: baseline.get(key, tuning[key]) for key in ("learning_rates", "seeds")}
    runs = grid(**chosen)
    if method == "interpolation":
        return [
            PlannedRun(
                run._replace(name=f"{name}-{alpha}-{run.name}"), "", run.name, {"alpha": alpha},
                name, method,
            )
            for alpha in map(float, baseline["alphas"])
            for run in runs
        ]  # fmt: skip
    given = tuning | LORA_DEFAULTS | baseline
    settings = {key: given[key] for key in METHODS[method]}
    return [
        PlannedRun(run._replace(name=f"{name}-{run.name}"), "", "", settings, name, method)
        for run in runs
    ]


def family_of(run: Run) -> str:
    """What tables call a run beside its rate: grid, or the name of its ablation or baseline."""
    return run.name.removesuffix(f"lr{run.learning_rate}-seed{run.seed}").rstrip("-") or "grid"


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
