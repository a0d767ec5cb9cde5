"""Which items choose a rate, and which are reported: halves of the evaluation sets by cluster."""

import hashlib
from functools import cache

from adiabatic.inference.values import Values
from adiabatic.tasks.kinds import HELD_OUT

SELECTION, REPORT = "selection", "report"


def split_by_cluster(values: Values, share: float, seed: int) -> dict[str, Values]:
    """The values of the items by which a rate is chosen, and of those that are reported.

    A cluster belongs to one of them in all tasks alike, by a hash of its name and the seed. The
    held-out English triplets are reported only, but for those that share a task's cluster: the
    validation split chooses in their place.

    Args:
        share: of the clusters, for selection; 0: all items are reported, and nothing is chosen.
    """
    chosen = frozenset(
        label
        for task, labels in values.clusters.items()
        for label in labels
        if task != HELD_OUT and _uniform(label, seed) < share
    )
    reported = frozenset(label for labels in values.clusters.values() for label in labels) - chosen
    return {SELECTION: values.of(chosen), REPORT: values.of(reported)}


@cache
def _uniform(label: str, seed: int) -> float:
    """A number from 0 to 1 that the name and the seed decide."""
    digest = hashlib.blake2b(f"{seed} {label}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64
