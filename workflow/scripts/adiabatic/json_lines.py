"""Records of JSON-lines files, plain or gzip, with errors that name the file and the line."""

import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from adiabatic.errors import InputError, shown


def read_records(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield (line number from 1, record) of a JSON-lines file; blank lines are passed over.

    Raises:
        InputError: the file is missing or no gzip, or a line is not UTF-8 or not a JSON object.
    """
    number = 0
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rb") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield number, _record(line, f"{path}, line {number}")
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        where = f"{path}, after line {number}" if number else str(path)
        raise InputError(f"{where}: not a whole gzip file ({error})") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from None


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
