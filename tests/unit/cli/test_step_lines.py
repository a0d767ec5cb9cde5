"""How long the rest of a run takes, as its finished steps tell."""

import logging

import pytest
from snakemake_interface_logger_plugins.common import LogEvent

from adiabatic.cli.step_lines import StepLines, lines_of_error


class Run:
    """A run whose events come when they are told to."""

    def __init__(self, **counts):
        self.lines = StepLines(logging.Formatter())
        self.names, self.total = [], sum(counts.values())
        self.tell(0, LogEvent.RUN_INFO, stats=counts | {"total": self.total})

    def tell(self, seconds, event, **values):
        """The line of an event at a time, if it is shown."""
        record = logging.makeLogRecord({"event": event, "created": 1000.0 + seconds} | values)
        return self.lines.format(record) if self.lines.shown(record) else None

    def start(self, seconds, rule, **wildcards):
        self.names.append(rule)
        number = len(self.names)
        values = {"jobid": number, "rule_name": rule, "wildcards": wildcards}
        assert self.tell(seconds, LogEvent.JOB_INFO, **values) is None
        return number

    def finish(self, seconds, number, done):
        assert self.tell(seconds, LogEvent.JOB_FINISHED, job_id=number) is None
        return self.tell(seconds, LogEvent.PROGRESS, done=done, total=self.total)


def test_steps_take_as_long_as_those_of_their_rule():
    run = Run(tune=6, all=1)
    line = run.finish(120, run.start(0, "tune", run="r1"), 1)
    assert line == "1 of 7, about 10 min left: tune r1"
    # A faster one lowers the mean.
    assert (
        run.finish(180, run.start(120, "tune", run="r2"), 2) == "2 of 7, about 6 min left: tune r2"
    )


def test_steps_that_run_at_once_shorten_the_rest():
    run = Run(tune=6)
    first, second = run.start(0, "tune"), run.start(0, "tune")
    # Five are left, one of which is as good as done, two at a time.
    assert run.finish(600, first, 1) == "1 of 6, about 20 min left: tune"
    run.start(600, "tune")
    assert run.finish(600, second, 2) == "2 of 6, about 20 min left: tune"


def test_several_steps_of_which_none_has_finished_take_longer():
    run = Run(tune=2, evaluate=6, plot=1)
    line = run.finish(600, run.start(0, "tune"), 1)
    assert line == "1 of 9, at least 10 min left: tune"
    # A minute is the least that is told.
    assert run.finish(1200, run.start(600, "tune"), 2) == "2 of 9: tune"
    line = run.finish(1800, run.start(1200, "evaluate"), 3)
    assert line == "3 of 9, about 50 min left: evaluate"


@pytest.mark.parametrize(
    ("seconds", "left"), [(5, "less than 1 min"), (60, "about 2 min"), (3600 * 5, "about 10 h")]
)
def test_units_of_time(seconds, left):
    run = Run(tune=3)
    assert run.finish(seconds, run.start(0, "tune"), 1) == f"1 of 3, {left} left: tune"


def test_the_last_step_leaves_nothing():
    run = Run(all=1)
    assert run.finish(0, run.start(0, "all"), 1) == "1 of 1: all"


def test_other_messages_are_shown_as_they_are():
    run = Run(all=1)
    record = {"levelno": logging.WARNING, "msg": "Using shell is odd"}
    assert run.tell(0, None, **record) == "Using shell is odd"
    record = {"levelno": logging.INFO, "msg": "Creating conda environment envs/torch.yaml..."}
    assert run.tell(0, None, **record) == "Creating conda environment envs/torch.yaml..."
    record = {"levelno": logging.INFO, "msg": "Using shell: /bin/sh"}
    assert run.tell(0, None, **record) is None


def test_lines_of_error_are_told_once(tmp_path):
    log = tmp_path / "step.log"
    log.write_text("error: a\nno error: b\nerror: c\nerror: a\n")
    assert lines_of_error([str(log), str(tmp_path / "none.log")]) == ["error: a", "error: c"]
