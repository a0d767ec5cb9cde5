"""What the schema cannot say of an index: keys that its store needs, or does not read; secrets."""

from pathlib import Path
from typing import Any

from adiabatic.index.blocks import has_secret
from adiabatic.index.stores import STORES, Store
from adiabatic.io.errors import InputError, shown

# Read with every store.
ALWAYS = {"source", "check_documents", "negatives"}


def check_index(index: dict[str, Any] | None) -> None:
    """Raises InputError where a store lacks a key, has one that it does not read, or a secret."""
    if index is None:
        return
    store = STORES[index["source"]]
    given = {key for key, value in index.items() if key not in ALWAYS and _is_given(value)}
    for needed in store.needs:
        _check_needed(store, (needed,) if isinstance(needed, str) else needed, given, index)
    for key in sorted(given - store.keys):
        raise InputError(
            f"configuration: index.{key}: {shown(index[key])} found, which index.source: "
            f"{store.name} does not read; it reads {', '.join(sorted(store.keys))}"
        )
    if index["url"] and has_secret(index["url"]):
        # It is not shown: messages end up in logs.
        raise InputError(
            "configuration: index.url: a password or key found in it; put it into an environment "
            "variable that index.key_env names, or the whole URL into one that index.url_env names"
        )


def check_index_files(index: dict[str, Any] | None) -> None:
    """Raises InputError where a file or folder of the index is not there."""
    for key in STORES[index["source"]].files if index else ():
        if index and index[key] and not Path(index[key]).exists():
            raise InputError(
                f"configuration: index.{key}: no file {index[key]}; an existing one is needed"
            )


def _check_needed(
    store: Store, keys: tuple[str, ...], given: set[str], index: dict[str, Any]
) -> None:
    found = [key for key in keys if key in given]
    if len(found) == 1:
        return
    one = " or ".join(keys)
    if not found:
        raise InputError(
            f"configuration: index.{keys[0]}: nothing found; {one} is needed with index.source: "
            f"{store.name}"
        )
    raise InputError(
        f"configuration: index.{found[1]}: {shown(index[found[1]])} found beside {found[0]}; only "
        f"one of {', '.join(keys)} is needed"
    )


def _is_given(value: Any) -> bool:
    return any(value.values()) if isinstance(value, dict) else value is not None
