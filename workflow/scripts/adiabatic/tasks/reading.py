"""Multilingual evaluation sets: read and checked to line up, each kind by its reader."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from adiabatic.io.errors import InputError
from adiabatic.tasks.aligned_files import check_path
from adiabatic.tasks.bitext import read_bitext
from adiabatic.tasks.own_set import read_own_set
from adiabatic.tasks.squad import read_squad
from adiabatic.tasks.triplets import read_triplets
from adiabatic.tasks.xnli import read_xnli


def read_task(
    kind: str,
    path: str | list[str],
    languages: list[str],
    limit: int | None,
    columns: dict[str, str] | None = None,
) -> tuple[pd.DataFrame, Any]:
    """Items of an evaluation set in every language.

    Args:
        kind: xnli, qa-retrieval, mixed-pool, triplets, bitext or own.
        path: one in which {language} stands for the language, or a file for each language; of kind
            own the one file with all languages.
        languages: of the files; of kind own those that it must have, none for whatever it has.
        limit: items per language, evenly spaced over the file; None for every one.
        columns: of kind own, see `read_own_set`.
    Returns:
        A frame with language, item, query and the kind's document columns; a document that answers
        no used query has no query and no item. And a dataclass of counts.
    Raises:
        InputError: a file is malformed, or the languages do not line up.
    """
    paths = [path] if isinstance(path, str) else path
    if kind == "own":
        return read_own_set(Path(paths[0]), columns or {}, languages, limit)
    reader: Callable[..., tuple[pd.DataFrame, Any]] = {
        "xnli": read_xnli,
        "qa-retrieval": read_squad,
        "mixed-pool": read_squad,
        "triplets": read_triplets,
        "bitext": read_bitext,
    }[kind]
    return reader(_files_by_language(paths, languages), limit)


def _files_by_language(paths: list[str], languages: list[str]) -> dict[str, Path]:
    if len(paths) == 1:
        check_path(paths[0], languages)
        paths = [paths[0].replace("{language}", language) for language in languages]
    if len(paths) != len(languages):
        raise InputError(
            f"{paths[0]}: {len(paths)} files found for {len(languages)} languages; one for each is "
            "needed"
        )
    return dict(zip(languages, map(Path, paths), strict=True))
