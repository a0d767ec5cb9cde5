"""Files and folders that take their name only when they are whole."""

import os
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# A temporary name says who writes, so that what a killed process left can be told.
_MARK = ".partly-written-by-"
# After so many seconds what a process of another machine has not touched is left over, too.
_ABANDONED = 7 * 24 * 3600


@contextmanager
def written_atomically(path: str | Path) -> Iterator[Path]:
    """A temporary file beside `path` that takes its name only when the block succeeds."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=_prefix(path), suffix=path.suffix, dir=path.parent)
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
    temporary = Path(tempfile.mkdtemp(prefix=_prefix(path), dir=path.parent))
    try:
        yield temporary
        for file in sorted(file for file in temporary.rglob("*") if file.is_file()):
            target = path / file.relative_to(temporary)
            target.parent.mkdir(parents=True, exist_ok=True)
            file.chmod(0o666 & ~_umask())
            file.replace(target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def remove_leftovers(folder: Path) -> tuple[int, int]:
    """Remove what processes that are no more have left half-written in a folder.

    Returns:
        How many files and folders, and their bytes.
    """
    found = [path for path in folder.rglob(f".*{_MARK}*") if _is_left_over(path)]
    size = 0
    for path in found:
        files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
        size += sum(file.stat().st_size for file in files)
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return len(found), size


def _prefix(path: Path) -> str:
    return f".{path.stem}{_MARK}{socket.gethostname()}-{os.getpid()}-"


def _is_left_over(path: Path) -> bool:
    """Whether the process that a temporary name tells of has ended, as far as is known here."""
    host, process, _ = path.name.split(_MARK)[-1].rsplit("-", 2)
    if host != socket.gethostname():
        return time.time() - path.stat().st_mtime > _ABANDONED
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except (PermissionError, ValueError):
        return False
    return False


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
