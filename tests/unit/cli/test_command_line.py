import argparse
from dataclasses import dataclass

import pytest

from adiabatic.cli import command_line
from adiabatic.io.errors import InputError


def test_bad_input_is_one_line_and_exit_code_2(capsys):
    def main():
        raise InputError("file, line 3: bad")

    with pytest.raises(SystemExit) as stopped:
        command_line.run(main)
    assert stopped.value.code == 2
    assert capsys.readouterr().err == "error: file, line 3: bad\n"


def test_an_interruption_is_one_line_and_the_code_of_shells(capsys):
    def main():
        raise KeyboardInterrupt

    with pytest.raises(SystemExit) as stopped:
        command_line.run(main)
    assert stopped.value.code == 130
    assert capsys.readouterr().err == "error: interrupted\n"


def test_any_other_error_is_not_hidden():
    def main():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        command_line.run(main)


def test_help_shows_defaults_where_there_are_any():
    parser = command_line.parser("What it does.")
    assert isinstance(parser, argparse.ArgumentParser)
    parser.add_argument("--threads", type=int, default=1, help="of torch")
    parser.add_argument("--path", help="of the file")
    text = " ".join(parser.format_help().split())
    assert "What it does." in text
    assert "of torch (default: 1)" in text
    assert text.endswith("of the file")


def test_counts_are_told_in_words():
    @dataclass
    class Counts:
        read: int
        without_negative: int

    assert command_line.in_words(Counts(3, 1)) == "3 read, 1 without negative"
