"""What a person sees of a run: on a terminal, in a file, and when a step fails."""

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest
from forked_processes import run_module

SCRIPTS = Path(__file__).resolve().parents[2] / "workflow/scripts"
WORKFLOW = f"""
import sys

sys.path.insert(0, {str(SCRIPTS)!r})
from adiabatic.cli.step_lines import show_step_lines

show_step_lines(workflow.output_settings)

rule all:
    input:
        expand("{{word}}-{{number}}.txt", word="a", number=[1, 2]),
        config.get("other", []),

rule count:
    output: "{{word}}-{{number}}.txt"
    log: "{{word}}-{{number}}.log"
    shell: "touch {{output}}"

rule fail:
    output: "fail.txt"
    log: "fail.log"
    shell: "echo 'error: papers.jsonl, line 3: no title' > {{log}}; exit 2"

rule crash:
    output: "crash.txt"
    log: "crash.log"
    shell: "echo 'ZeroDivisionError: division by zero' > {{log}}; exit 1"
"""
LOG = r"^Complete log\(s\): (.+)$"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "Snakefile").write_text(WORKFLOW, encoding="utf-8")
    return tmp_path


def run(folder, *arguments):
    """A run with one core, in a forked process; its status and the lines of its two streams."""
    done = run_module("snakemake", "--cores", "1", *arguments, folder=folder)
    return done.returncode, (done.stdout + done.stderr).splitlines()


def complete_log(lines):
    """The complete log that some line names."""
    (name,) = re.findall(LOG, "\n".join(lines), re.MULTILINE)
    return Path(name).read_text(encoding="utf-8")


def test_a_finished_step_is_one_plain_line_in_a_file(folder):
    code, lines = run(folder)
    assert code == 0, lines
    steps, ending = lines[:3], lines[3:]
    assert {steps[0].split(" ", 3)[3], steps[1].split(" ", 3)[3]} == {
        "less than 1 min left: count a 1",
        "less than 1 min left: count a 2",
    }
    assert [line[:6] for line in steps] == ["1 of 3", "2 of 3", "3 of 3"]
    assert steps[2] == "3 of 3: all"
    assert [line.split(":")[0] for line in ending] == ["Complete log(s)", "Elapsed time"]
    told = complete_log(lines)
    for words in ("Job stats:", "rule count:", "wildcards: word=a, number=2", "3 of 3 steps"):
        assert words in told


def test_a_terminal_shows_the_same_lines_in_colours(folder):
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "snakemake", "--cores", "1"]
    environment = os.environ | {"TERM": "xterm"}
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        with subprocess.Popen(command, cwd=folder, stderr=theirs, env=environment) as process:
            os.close(theirs)
            shown = b""
            try:
                while read := terminal.read(4096):
                    shown += read
            except OSError:
                # How Linux says that nobody writes to a terminal any more.
                pass
        assert process.returncode == 0, shown
    coloured = shown.decode().splitlines()
    lines = [re.sub(r"\x1b\[\d+m", "", line) for line in coloured]
    assert lines != coloured
    assert [line[:6] for line in lines] == ["1 of 3", "2 of 3", "3 of 3", "Comple", "Elapse"]


def test_a_failed_step_shows_its_line_of_error(folder):
    code, lines = run(folder, "--config", "other=fail.txt", "--keep-going")
    assert code == 1
    place = lines.index("failed: fail")
    assert lines[place + 1] == "error: papers.jsonl, line 3: no title"
    # What depends on it never runs, so nobody knows how long the rest takes.
    assert not any(" left: " in line for line in lines[place:])
    assert "exit 2" not in "\n".join(lines)
    assert "exit 2" in complete_log(lines)


def test_a_crashed_step_shows_its_whole_log(folder):
    code, lines = run(folder, "--config", "other=crash.txt", "--show-failed-logs")
    assert code == 1
    assert "ZeroDivisionError: division by zero" in lines
    assert "Error in rule crash:" in lines
    assert complete_log(lines)


@pytest.mark.parametrize("option", ["--dry-run", "--printshellcmds", "--verbose"])
def test_an_option_for_more_gives_what_snakemake_says(folder, option):
    code, lines = run(folder, option)
    assert code == 0
    assert "Job stats:" in lines
    assert "3 of 3: all" not in lines


def test_an_option_for_less_gives_less(folder):
    assert run(folder, "--quiet", "all") == (0, [])


def test_a_second_run_says_that_nothing_is_to_be_done(folder):
    run(folder)
    _, lines = run(folder)
    assert lines == ["Nothing to be done (all requested files are present and up to date)."]
