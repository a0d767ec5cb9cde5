"""What a person sees of a run: one line a finished step, and what is left.

Snakemake logs every event of a run with Python's logging, to the terminal and to a file. Here its
handler of the terminal gets another filter and formatter; the file keeps everything. This is done
from the Snakefile, not by a logger plugin: a plugin must be installed where Snakemake runs, or a
profile that names it stops every run, and its lines come from a queue, out of order with prints.
"""

import logging
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from statistics import mean
from typing import NamedTuple

from snakemake.logging import logger
from snakemake_interface_logger_plugins.common import LogEvent
from snakemake_interface_logger_plugins.settings import OutputSettingsLoggerInterface

# What is not shown: events of which a finished step's line tells enough, ...
UNSHOWN = {
    LogEvent.WORKFLOW_STARTED,
    LogEvent.RESOURCES_INFO,
    LogEvent.RUN_INFO,
    LogEvent.JOB_INFO,
    LogEvent.JOB_STARTED,
    LogEvent.JOB_FINISHED,
    LogEvent.GROUP_INFO,
    LogEvent.SHELLCMD,
}
# ... and what Snakemake tells of itself. Whatever else it says is shown.
TALK = (
    "Assuming unrestricted shared filesystem",
    "Building DAG of jobs",
    "Using shell",
    "Conda environments: ignored",
    "Activating conda environment",
    "Select jobs to execute",
)


class Step(NamedTuple):
    """A step that runs: its rule, its name with the values of its wildcards, when it started."""

    rule: str
    name: str
    start: float


class StepLines(logging.Formatter):
    """The filter and formatter of a handler, which share what they know of the run."""

    def __init__(self, usual: logging.Formatter) -> None:
        super().__init__()
        self.usual = usual
        self.start = 0.0
        self.left: Counter[str] = Counter()
        self.running: dict[int, Step] = {}
        self.finished: list[str] = []
        self.times: defaultdict[str, list[float]] = defaultdict(list)

    def shown(self, record: logging.LogRecord) -> bool:
        """Note what a record tells of the run; whether it is shown."""
        event = getattr(record, "event", None)
        if event == LogEvent.RUN_INFO:
            self.start = record.created
            self.left = Counter(record.stats)
            del self.left["total"]
        elif event == LogEvent.JOB_INFO:
            name = " ".join([record.rule_name, *map(str, record.wildcards.values())])
            self.running[record.jobid] = Step(record.rule_name, name, record.created)
        elif event == LogEvent.JOB_FINISHED:
            if step := self.running.pop(record.job_id, None):
                self.left[step.rule] -= 1
                self.times[step.rule].append(record.created - step.start)
                self.finished.append(step.name)
        elif event == LogEvent.ERROR:
            # A failed job's own event follows.
            return "CalledProcessError" not in record.getMessage()
        talk = record.levelno == logging.INFO and record.getMessage().startswith(TALK)
        return event not in UNSHOWN and not talk

    def format(self, record: logging.LogRecord) -> str:
        """The line of a finished or failed step; what else is shown, as Snakemake says it."""
        event = getattr(record, "event", None)
        if event == LogEvent.PROGRESS:
            names, self.finished = ", ".join(self.finished), []
            return f"{record.done} of {record.total}{self._time_left(record.created)}: {names}"
        if event == LogEvent.JOB_ERROR:
            # What is left does not all run.
            self.left.clear()
            step = self.running.pop(record.jobid, None)
            if errors := lines_of_error(record.log):
                return "\n".join([f"failed: {step.name if step else record.rule_name}", *errors])
        return self.usual.format(record)

    def _time_left(self, now: float) -> str:
        """How long the rest takes, if each step takes as long as the finished ones of its rule.

        As many run at once as until now. Steps of a rule of which none has finished are left out,
        so it takes longer where there are several of them.
        """
        means = {rule: mean(times) for rule, times in self.times.items()}
        ages = [(step.rule, now - step.start) for step in self.running.values()]
        work = sum(count * means.get(rule, 0) for rule, count in self.left.items())
        work -= sum(min(age, means.get(rule, 0)) for rule, age in ages)
        done = sum(map(sum, self.times.values())) + sum(age for _, age in ages)
        minutes = round(work * (now - self.start) / done / 60) if done else 0
        longer = any(count > 1 and rule not in means for rule, count in self.left.items())
        if not +self.left or (longer and not minutes):
            return ""
        if not minutes:
            return ", less than 1 min left"
        left = f"{minutes} min" if minutes < 100 else f"{minutes / 60:.0f} h"
        return f", {'at least' if longer else 'about'} {left} left"


def lines_of_error(logs: Iterable[str]) -> list[str]:
    """The lines of logs that say what was wrong, each once."""
    paths = filter(Path.is_file, map(Path, logs))
    text = "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in paths)
    return list(dict.fromkeys(re.findall(r"^error: .+", text, re.MULTILINE)))


def show_step_lines(settings: OutputSettingsLoggerInterface) -> None:
    """Show one line a step on the terminal, unless an option asks for other output."""
    other = (settings.dryrun, settings.verbose, settings.printshellcmds, settings.debug_dag)
    if any(other) or settings.quiet:
        return
    for handler in logger.handlers:
        if handler.name == "DefaultStreamHandler":
            lines = StepLines(handler.formatter)
            handler.addFilter(lines.shown)
            handler.setFormatter(lines)
