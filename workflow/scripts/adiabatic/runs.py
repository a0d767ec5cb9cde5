"""The grid of tuning runs."""

from typing import NamedTuple


class Run(NamedTuple):
    """One run of the grid."""

    name: str
    learning_rate: float
    seed: int


def grid(learning_rates: list[float], seeds: list[int]) -> list[Run]:
    """One run for each learning rate and seed, in ascending order."""
    return [
        Run(f"lr{rate}-seed{seed}", rate, seed)
        for rate in sorted(map(float, learning_rates))
        for seed in sorted(seeds)
    ]
