"""Checkpoints of a tuning run: stopped at any step, it resumes and ends in the same bytes.

A checkpoint is one safetensors file: what AdamW runs on and its state as tensors, and the step, the
history and the losses since its last row as JSON in the header. The order of the triplets is a pure
function of seed and epoch, so the step is the sampler's position.
"""

import json
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import FrameType

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from adiabatic.io.atomic import written_atomically
from adiabatic.tuning.history import HistoryRow

# State of AdamW beside the weights, as torch names it.
_STATE = ("step", "exp_avg", "exp_avg_sq")


@dataclass
class Progress:
    """How far a run is: steps done, rows of the history, losses since the last row."""

    step: int = 0
    rows: list[HistoryRow] = field(default_factory=list)
    losses: list[float] = field(default_factory=list)


@dataclass
class Checkpoints:
    """Where a run keeps its checkpoint, and how often it is written.

    identity: digest of all that decides the run; a checkpoint of another run is never resumed.
    at_end: whether one is written at the end of the run, too.
    """

    path: Path
    identity: str
    seconds: float
    say: Callable[[str], None]
    at_end: bool = False
    written: float = field(default_factory=time.monotonic)

    def due(self) -> bool:
        """Whether the last checkpoint is `seconds` old."""
        return time.monotonic() - self.written >= self.seconds

    def write(
        self,
        optimizer: torch.optim.Optimizer,
        progress: Progress,
        best: torch.Tensor | None = None,
    ) -> None:
        """Replace the checkpoint; where the disk is full the last one stays and the run goes on.

        Args:
            best: what AdamW ran on where validation was best, if the run keeps that.
        """
        parameter = optimizer.param_groups[0]["params"][0]
        tensors = {name: optimizer.state[parameter][name] for name in _STATE}
        about = {"identity": self.identity, "progress": json.dumps(asdict(progress))}
        tensors |= {"optimized": parameter.detach()} | ({} if best is None else {"best": best})
        content = save(tensors, metadata=about)
        try:
            with written_atomically(self.path) as temporary:
                temporary.write_bytes(content)
        except OSError as error:
            self.say(f"step {progress.step}: no checkpoint written ({error.strerror})")
        self.written = time.monotonic()

    def restore(
        self, optimizer: torch.optim.Optimizer, best: torch.Tensor | None = None
    ) -> Progress | None:
        """Put what a checkpoint holds into the optimizer (and `best`); None without one."""
        if not self.path.exists():
            return None
        try:
            with safe_open(self.path, framework="pt") as file:
                about = file.metadata() or {}
                names = file.keys()
                tensors = {name: file.get_tensor(name) for name in names}
        except (SafetensorError, OSError) as error:
            self.say(f"{self.path}: cannot be read ({error}); the run starts afresh")
            return None
        if about.get("identity") != self.identity:
            self.say(f"{self.path}: of another run; this one starts afresh")
            return None
        parameter = optimizer.param_groups[0]["params"][0]
        with torch.no_grad():
            parameter.copy_(tensors["optimized"])
            if best is not None:
                best.copy_(tensors["best"])
        optimizer.state[parameter] = {name: tensors[name].to(parameter.device) for name in _STATE}
        progress = Progress(**json.loads(about["progress"]))
        progress.rows = [tuple(row) for row in progress.rows]
        self.say(f"resumed after step {progress.step}")
        return progress


class Stopped(Exception):
    """A run was asked to stop, and has saved what it had."""


@dataclass
class StopRequest:
    """Whether SIGTERM or SIGINT came; the run then finishes its step, saves, and stops."""

    asked: bool = False


@contextmanager
def stop_requests() -> Iterator[StopRequest]:
    """Catch SIGTERM and SIGINT while the block runs."""
    request = StopRequest()

    def ask(number: int, frame: FrameType | None) -> None:
        request.asked = True

    former = {number: signal.signal(number, ask) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield request
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
