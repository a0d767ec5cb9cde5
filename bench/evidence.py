"""The bootstrap at the size of XNLI's test set: all pairs of languages, all corrections."""

import argparse
import resource
import time

import numpy as np

from adiabatic.inference.statistics import (
    bootstrap_means,
    holm,
    intervals,
    p_values_above,
    resample_weights,
    seed_weights,
    simultaneous_intervals,
)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    parser.add_argument("--items", type=int, default=2490)
    parser.add_argument("--pairs", type=int, default=225, help="of languages")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--resamples", type=int, default=10_000)
    arguments = parser.parse_args()
    rng = np.random.default_rng(0)
    shape = (arguments.seeds, arguments.items, arguments.pairs)
    differences = rng.choice([-1.0, 0.0, 1.0], p=[0.05, 0.9, 0.05], size=shape)
    start = time.perf_counter()
    items = resample_weights(arguments.items, arguments.resamples, rng)
    means = bootstrap_means(
        differences, items, seed_weights(arguments.seeds, arguments.resamples, rng)
    )
    point = differences.mean(axis=(0, 1))
    intervals(means, 0.95)
    simultaneous_intervals(point, means, 0.95, arguments.items)
    holm(p_values_above(point, means, -0.02, arguments.items))
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(
        f"{arguments.resamples} resamples of {arguments.items} items x {arguments.pairs} pairs x "
    )
    print(f"{arguments.seeds} seeds: {seconds:.1f} s, peak {peak:.2f} GB")


if __name__ == "__main__":
    main()
