"""What one job does at a time, so that it loads the libraries once: batches of runs, chunks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeVar

from adiabatic.plan.runs import PlannedRun

Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Batch:
    """Runs of one group and learning rate; the name, its first run's, is of no other batch."""

    runs: tuple[PlannedRun, ...]

    @property
    def name(self) -> str:
        """The name of its jobs."""
        return self.runs[0].name

    @property
    def names(self) -> list[str]:
        """The names of its runs."""
        return [run.name for run in self.runs]


def batches(runs: Iterable[PlannedRun], runs_per_job: int) -> list[Batch]:
    """Batches of at most so many runs of one group and rate, in the order of the plan.

    Runs of another rate, or seeds that are added at the end, leave the other batches as they are.
    A run that embeds documents by its own encoder is alone.
    """
    found = []
    for _, together in groupby(runs, key=lambda run: (run.group, repr(run.learning_rate))):
        same = tuple(together)
        size = 1 if same[0].row.own_documents else runs_per_job
        found += [Batch(chunk) for chunk in chunks(same, size)]
    return found


def chunks(things: Sequence[Thing], size: int) -> list[Sequence[Thing]]:
    """The things in order, at most so many at a time."""
    return [things[start : start + size] for start in range(0, len(things), size)]
