"""What every script shares: its help, log lines, errors of one line."""

import argparse
import dataclasses
import gc
import sys
from collections.abc import Callable
from typing import Any

from adiabatic.io.errors import InputError


def parser(description: str | None) -> argparse.ArgumentParser:
    """A parser whose help is the script's docstring, with defaults shown."""
    return argparse.ArgumentParser(description=description, formatter_class=_HelpFormatter)


class _HelpFormatter(argparse.ArgumentDefaultsHelpFormatter):
    """Help that shows defaults where there are any."""

    def _get_help_string(self, action: argparse.Action) -> str | None:
        return super()._get_help_string(action) if action.default else action.help


def in_words(counts: Any) -> str:
    """The fields of a dataclass of counts, for a log: `3 read, 1 without negative`."""
    return ", ".join(
        f"{value} {name.replace('_', ' ')}" for name, value in dataclasses.asdict(counts).items()
    )


def run(main: Callable[[], None]) -> None:
    """Run a script's main; an InputError becomes one line on standard error and exit code 2.

    So does an interruption from the keyboard, with the exit code that shells give it.
    """
    # What libraries made while they were loaded stays: without a search of it for garbage, a script
    # that loaded torch ends a second sooner.
    gc.freeze()
    try:
        main()
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        print("error: interrupted", file=sys.stderr)
        raise SystemExit(130) from None


def say(message: str) -> None:
    """One line of the step's log."""
    print(message, flush=True)
