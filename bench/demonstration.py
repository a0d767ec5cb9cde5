"""Where the time of the demonstration goes: imports, work, Snakemake, by rule.

It is run anew under another name. What a job's benchmark file says is its wall time; what its
script's `--help` takes, the median of three, is what it takes to start Python and import libraries.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from statistics import median

import pandas as pd
from measured import SCRIPTS

ROOT = SCRIPTS.parents[1]
EXPERIMENT = "bench-demonstration"
RESULTS = ROOT / "results" / EXPERIMENT
# Files of benchmarks and logs that have not the name of their rule's script.
SCRIPT_OF = {"embeddings": "embed_documents", "evaluate_base": "evaluate_runs"}


def main() -> None:
    shutil.rmtree(RESULTS, ignore_errors=True)
    wall = seconds_of_run()
    times = seconds_by_script()
    imports = {name: seconds_to_start(name) for name in times}
    rows = {
        name: (len(of), sum(of), min(len(of) * imports[name], sum(of)))
        for name, of in times.items()
    }
    print(f"{'script':24} {'jobs':>5} {'seconds':>8} {'of it imports':>14}")
    for name, (jobs, seconds, importing) in sorted(rows.items(), key=lambda row: -row[1][1]):
        print(f"{name:24} {jobs:5} {seconds:8.0f} {importing:14.0f}")
    busy, importing = (sum(row[place] for row in rows.values()) for place in (1, 2))
    cores = len(os.sched_getaffinity(0))
    print(
        f"\n{wall:.0f} s on {cores} cores, {sum(map(len, times.values()))} jobs. Of {cores} x wall:"
    )
    parts = {
        "imports": importing,
        "reading, computing, writing": busy - importing,
        "Snakemake, and cores that wait": max(cores * wall - busy, 0),
    }
    for name, seconds in parts.items():
        print(f"{seconds / (cores * wall):6.0%} {name}")


def seconds_of_run() -> float:
    """Wall time of a run of the demonstration, report included."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as overlay:
        overlay.write(f"experiment: {EXPERIMENT}\n")
        overlay.flush()
        command = [sys.executable, "-m", "snakemake", "--configfile", overlay.name, "--quiet"]
        start = time.perf_counter()
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        return time.perf_counter() - start


def seconds_by_script() -> dict[str, list[float]]:
    """Wall times of the jobs of each script."""
    times: dict[str, list[float]] = defaultdict(list)
    for path in sorted((RESULTS / "benchmarks").glob("*.tsv")):
        name = path.stem.split("-")[0]
        seconds = float(pd.read_csv(path, sep="\t")["s"].iloc[0])
        times[SCRIPT_OF.get(name, name)].append(seconds)
    return times


def seconds_to_start(script: str) -> float:
    """Median wall time of starting a script that then does nothing."""
    found = []
    for _ in range(3):
        start = time.perf_counter()
        command = [sys.executable, str(SCRIPTS / f"{script}.py"), "--help"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        found.append(time.perf_counter() - start)
    return median(found)


if __name__ == "__main__":
    main()
