"""Where torch computes: threads, the device, and processes that share one run."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch


def use_threads(threads: int) -> None:
    """Compute with so many threads, and always the same way.

    On a GPU some operations have no way that is always the same; they only warn.
    """
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True, warn_only=torch.cuda.is_available())


def chosen_device() -> torch.device:
    """The GPU with the most free memory, or the one of this process' rank; else the CPU.

    CUDA_VISIBLE_DEVICES limits the choice; empty, it leaves the CPU.
    """
    if not torch.cuda.is_available():
        return torch.device("cpu")
    devices = range(torch.cuda.device_count())
    if "LOCAL_RANK" in os.environ:
        return torch.device("cuda", int(os.environ["LOCAL_RANK"]) % len(devices))
    return torch.device("cuda", max(devices, key=lambda device: torch.cuda.mem_get_info(device)[0]))


@dataclass(frozen=True)
class Processes:
    """The processes that share a run, each with its part of every batch; one is the usual case."""

    rank: int = 0
    count: int = 1

    @property
    def first(self) -> bool:
        """Whether this is the process that speaks and writes."""
        return self.rank == 0

    def share(self, rows: np.ndarray) -> np.ndarray:
        """This process' part of some rows."""
        return rows[self.rank :: self.count]

    def add_up(self, tensor: torch.Tensor) -> torch.Tensor:
        """The sum of all processes' tensors, in place."""
        if self.count > 1:
            torch.distributed.all_reduce(tensor)
        return tensor

    def any(self, asked: bool, device: torch.device) -> bool:
        """Whether something is true in any process."""
        return (
            asked
            if self.count == 1
            else bool(self.add_up(torch.tensor(asked + 0.0, device=device)))
        )

    def wait(self) -> None:
        """Until all processes are here."""
        if self.count > 1:
            torch.distributed.barrier()


@contextmanager
def joined_processes(device: torch.device) -> Iterator[Processes]:
    """The processes that torch's launcher has started: `python -m torch.distributed.run`."""
    count = int(os.environ.get("WORLD_SIZE", "1"))
    if count == 1:
        yield Processes()
        return
    torch.distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        yield Processes(torch.distributed.get_rank(), count)
    finally:
        torch.distributed.destroy_process_group()
