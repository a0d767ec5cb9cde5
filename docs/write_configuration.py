"""Write the configuration reference from the schema: python docs/write_configuration.py

The schema alone says what a key is; a test compares the page with it.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "configuration.md"
sys.path.insert(0, str(ROOT / "workflow" / "scripts"))

from adiabatic.experiment.configuration import in_words, read_schema  # noqa: E402

HEAD = """\
# Configuration reference

<!-- Written by docs/write_configuration.py from workflow/schemas/config.schema.yaml. -->

Every key of `config.yaml`, as the schema has it. An [overlay](experiments.md) names those that it
changes. A key that is unknown, missing or out of range stops the run before its first job, in one
line that names the key, what was found and what is allowed. `null` stands for nothing.
"""
TABLE = "\n| key | allowed | default | what it is |\n|---|---|---|---|\n"


def reference() -> str:
    """The page: a section for each top-level key, a row for each key in it."""
    schema = read_schema()
    parts = [HEAD]
    single = {k: v for k, v in schema["properties"].items() if "properties" not in v}
    parts.append(TABLE + "".join(_row(*key) for name in single for key in _keys(schema, name)))
    for name, section in schema["properties"].items():
        if name in single:
            continue
        rows = [_row(*key) for part in section["properties"] for key in _keys(section, part)]
        description = _cell(section["description"])
        parts.append(f"\n## {name}\n\n{description[0].upper()}{description[1:]}.\n")
        parts.append(TABLE + "".join(rows))
    return "".join(parts)


def _keys(section: dict[str, Any], name: str, prefix: str = "") -> Iterator[tuple[Any, ...]]:
    """A key and those below it: its path, its schema, and whether it must be there."""
    part, path = section["properties"][name], f"{prefix}{name}"
    yield path, part, name in section.get("required", [])
    inner = part if "properties" in part else part.get("items", {})
    below = f"{path}." if inner is part else f"{path}[]."
    for key in inner.get("properties", {}):
        yield from _keys(inner, key, below)


def _row(path: str, part: dict[str, Any], required: bool) -> str:
    nested = "properties" in part or "properties" in part.get("items", {})
    allowed = "a mapping" if "properties" in part else "a list of mappings"
    allowed = allowed if nested else in_words(part)
    default = "" if nested else "(required)" if required else _default(part)
    return f"| `{path}` | {_cell(allowed)} | {default} | {_cell(part['description'])} |\n"


def _default(part: dict[str, Any]) -> str:
    if "default" not in part:
        return "(left out)"
    return f"`{json.dumps(part['default']).replace(chr(34), '')}`"


def _cell(text: str) -> str:
    """Text that breaks no table, and in which neither stars nor braces mean anything."""
    return text.replace("|", "\\|").replace("*", "\\*").replace("_", "\\_")


if __name__ == "__main__":
    PAGE.write_text(reference(), encoding="utf-8")
