"""Wall time and peak memory of a command, its children included."""

import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

SCRIPTS = Path(__file__).resolve().parents[1] / "workflow" / "scripts"


@dataclass(frozen=True)
class Measured:
    """Seconds of wall time, and bytes of memory of all processes together at the worst moment."""

    seconds: float
    peak: int

    def __str__(self) -> str:
        return f"{self.seconds:6.1f} s   {self.peak / 1e9:5.2f} GB"


def measured(script: str, *arguments: object) -> Measured:
    """Run a script of the workflow to its end; what it prints is kept from the terminal."""
    command = [sys.executable, str(SCRIPTS / f"{script}.py"), *map(str, arguments)]
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    peaks = [0]
    watcher = threading.Thread(target=_watch, args=(process, peaks), daemon=True)
    watcher.start()
    said = process.communicate()[0]
    seconds = time.perf_counter() - start
    if process.returncode:
        sys.exit(f"{script}: {said.decode()}")
    return Measured(seconds, peaks[0])


def _watch(process: subprocess.Popen, peaks: list[int]) -> None:
    """Sum of resident memory of a process and its descendants, sampled ten times a second."""
    parent = psutil.Process(process.pid)
    while process.poll() is None:
        total = 0
        try:
            for one in [parent, *parent.children(recursive=True)]:
                total += one.memory_info().rss
        except psutil.Error:
            pass
        peaks[0] = max(peaks[0], total)
        time.sleep(0.1)
