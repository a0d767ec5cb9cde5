"""Registries: tables whose rows say all that the rest of the project asks of a kind or a method.

A row names its code as "module:name", so that a table is light to read, and a new row changes no
code that is there: see `source_digest`, which counts only the rows that a rule uses.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any, Protocol, TypeVar


class Row(Protocol):
    """What every row has."""

    @property
    def name(self) -> str:
        """By which the configuration knows it."""


AnyRow = TypeVar("AnyRow", bound=Row)
Registry = dict[str, AnyRow]


def registry(*rows: AnyRow) -> Registry[AnyRow]:
    """Rows by their names, which must differ."""
    table = {row.name: row for row in rows}
    if len(table) < len(rows):
        raise ValueError("two rows of a registry have the same name")
    return table


def implementation(place: str) -> Callable[..., Any]:
    """The function that a row names as "module:name"."""
    module, name = place.split(":")
    return getattr(import_module(module), name)
