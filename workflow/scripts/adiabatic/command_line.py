"""What every script shares: its help, log lines, errors of one line, files written atomically."""

import argparse
import dataclasses
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from adiabatic.errors import InputError


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


@contextmanager
def written_atomically(path: str | Path) -> Iterator[Path]:
    """A temporary file beside `path` that takes its name only when the block succeeds."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=path.suffix, dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def folder_written_atomically(path: str | Path) -> Iterator[Path]:
    """A temporary folder whose files move into the folder `path` only when the block succeeds."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent))
    try:
        yield temporary
        for file in sorted(file for file in temporary.rglob("*") if file.is_file()):
            target = path / file.relative_to(temporary)
            target.parent.mkdir(parents=True, exist_ok=True)
            file.chmod(0o666 & ~_umask())
            file.replace(target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
