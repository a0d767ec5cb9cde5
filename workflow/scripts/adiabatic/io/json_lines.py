"""Records of JSON-lines files (plain, .gz, .zst, .zip), with errors that name file and line."""

import io
import json
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa

from adiabatic.io.errors import InputError, shown

COMPRESSIONS = {".gz": "gzip", ".zst": "zstd"}
UNREADABLE = (OSError, EOFError, zlib.error, zipfile.BadZipFile, pa.ArrowInvalid)


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO | pa.NativeFile]:
    """A file's bytes, unpacked where its name ends in .gz, .zst or .zip (of one JSON file).

    Raises:
        InputError: the file is missing, or no whole archive.
    """
    try:
        if path.suffix == ".zip":
            with (
                zipfile.ZipFile(path) as archive,
                archive.open(_only_member(archive, path)) as file,
            ):
                yield file
        else:
            compression = COMPRESSIONS.get(path.suffix)
            with pa.input_stream(str(path), compression=compression) as file:
                yield file
    except UNREADABLE as error:
        packed = path.suffix in (*COMPRESSIONS, ".zip") and path.is_file()
        what = f"not a whole {path.suffix} file" if packed else "cannot be read"
        reason = getattr(error, "strerror", None) or str(error).split("\n")[0]
        raise InputError(f"{path}: {what} ({reason})") from None


def read_records(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (line number from 1, record) of a JSON-lines file; blank lines are passed over.

    Raises:
        InputError: the file cannot be read, or a line is not UTF-8 or not a JSON object.
    """
    with opened(path) as file:
        for number, line in enumerate(io.BufferedReader(file, 1 << 20), start=1):
            if line.strip():
                yield number, _record(line, f"{path}, line {number}")


def text_of(record: dict[str, Any], key: str, where: str) -> str:
    """The non-empty text under `key`, as it stands in the file.

    Raises:
        InputError: the key is missing, or its value is no string or empty.
    """
    if key not in record or record[key] is None:
        raise InputError(f'{where}: "{key}" is missing (a non-empty string is needed)')
    value = record[key]
    if not isinstance(value, str) or not value.strip():
        raise InputError(f'{where}: "{key}" is {shown(value)} (a non-empty string is needed)')
    return value


def _only_member(archive: zipfile.ZipFile, path: Path) -> str:
    # macOS adds a folder of its own.
    names = [name for name in archive.namelist() if not name.startswith("__MACOSX/")]
    members = [name for name in names if name.endswith((".json", ".jsonl"))] or names
    if len(members) != 1:
        found = ", ".join(names[:5]) or "nothing"
        raise InputError(f"{path}: {found} found in it; one .json or .jsonl file is needed")
    return members[0]


def _record(line: bytes, where: str) -> dict[str, Any]:
    try:
        record = json.loads(line.decode("utf-8").strip())
    except UnicodeDecodeError as error:
        raise InputError(f"{where}: not UTF-8 ({error.reason})") from None
    except json.JSONDecodeError as error:
        raise InputError(
            f"{where}: not JSON ({error.msg} at column {error.colno}); one object a line is needed"
        ) from None
    if not isinstance(record, dict):
        raise InputError(f"{where}: {shown(record)} found; a JSON object is needed")
    return record
