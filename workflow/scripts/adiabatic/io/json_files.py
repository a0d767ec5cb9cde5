"""Small JSON files: settings, folders' descriptions."""

import json
from pathlib import Path
from typing import Any

from adiabatic.io.errors import InputError


def read_json(path: Path) -> Any:
    """What a file holds.

    Raises:
        InputError: the file cannot be read, or is no JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: cannot be read as JSON ({error})") from None


def write_json(path: Path, value: Any) -> None:
    """Write a value, in lines that a person can read; folders are made as needed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
