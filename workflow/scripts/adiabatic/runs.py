"""The grid of tuning runs, and the ablations that repeat parts of it with other settings."""

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


class Run(NamedTuple):
    """One run of the grid."""

    name: str
    learning_rate: float
    seed: int


class PlannedRun(NamedTuple):
    """A run with its settings, its ablation and the name of the grid's run that it repeats.

    The latter two are empty for the runs of the grid itself.
    """

    run: Run
    ablation: str
    repeats: str
    settings: dict[str, Any]


def grid(learning_rates: list[float], seeds: list[int]) -> list[Run]:
    """One run for each learning rate and seed, in ascending order."""
    return [
        Run(f"lr{rate}-seed{seed}", rate, seed)
        for rate in sorted(map(float, learning_rates))
        for seed in sorted(seeds)
    ]


def planned_runs(tuning: dict[str, Any]) -> list[PlannedRun]:
    """The runs of the grid, then those of each ablation, named `ABLATION-RUN`.

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
    return planned


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
