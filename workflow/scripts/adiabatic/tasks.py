"""Multilingual evaluation sets: read and checked to line up, each kind by its reader."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from adiabatic.aligned_files import TaskCounts, check_aligned, read_text, spaced
from adiabatic.bitext import read_bitext
from adiabatic.errors import InputError, shown
from adiabatic.json_lines import read_records, text_of
from adiabatic.own_set import read_own_set

# Names of what is always evaluated, beside the configured tasks.
ARXIV, HELD_OUT = "arxiv", "held-out"
# In place of a document language: documents of all languages, searched together.
POOL = "pool"
LABELS = ("entailment", "neutral", "contradiction")


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
        "xnli": _read_xnli,
        "qa-retrieval": _read_squad,
        "mixed-pool": _read_squad,
        "triplets": _read_triplets,
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


def check_path(path: str, languages: list[str]) -> None:
    """Raises InputError where one file or folder is to serve several languages."""
    if len(languages) > 1 and "{language}" not in path:
        raise InputError(
            f"{path}: one file found for {len(languages)} languages; a path with {{language}} "
            "where the language stands is needed"
        )


def _read_xnli(files: dict[str, Path], limit: int | None) -> tuple[pd.DataFrame, TaskCounts]:
    """Premises with one hypothesis of each label; line i is the same item in every language.

    Consecutive lines of one premise (in the first language) are one item; a premise without all
    three labels is left out and counted.
    """
    tables = {language: _read_tsv(path) for language, path in files.items()}
    reference = next(iter(tables))
    for language, table in tables.items():
        check_aligned(
            files[reference], tables[reference]["label"], files[language], table["label"], "label"
        )
    premises = tables[reference]["premise"]
    item = (premises != premises.shift()).cumsum() - 1
    labels = tables[reference]["label"].groupby(item).agg(set)
    complete = labels.index[labels == set(LABELS)].to_numpy()
    chosen = complete[spaced(len(complete), limit)]
    if not len(chosen):
        raise InputError(
            f"{files[reference]}: no premise has hypotheses of all three labels "
            f"({', '.join(LABELS)}); at least one is needed"
        )
    frames = []
    for language, table in tables.items():
        rows = table.assign(item=item)[item.isin(chosen)]
        wide = rows.drop_duplicates(["item", "label"]).pivot(
            index="item", columns="label", values="hypothesis"
        )
        wide.insert(0, "query", rows.groupby("item")["premise"].first())
        frames.append(wide.reset_index().assign(language=language))
    items = pd.concat(frames, ignore_index=True)
    items["item"] = items["item"].astype(str)
    return items[["language", "item", "query", *LABELS]], TaskCounts(
        found=len(labels), incomplete=len(labels) - len(complete), used=len(chosen)
    )


def _read_tsv(path: Path) -> pd.DataFrame:
    rows = []
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        cells = line.rstrip("\r").split("\t")
        if cells == [""] or (number == 1 and cells == ["premise", "hypothesis", "label"]):
            continue
        where = f"{path}, line {number}"
        if len(cells) != 3:
            raise InputError(
                f"{where}: {len(cells)} columns found; premise, hypothesis, label needed"
            )
        if cells[2].strip() not in LABELS:
            raise InputError(
                f"{where}: label {shown(cells[2])} found; allowed is {', '.join(LABELS)}"
            )
        if not cells[0].strip() or not cells[1].strip():
            raise InputError(f"{where}: an empty premise or hypothesis found; a text is needed")
        rows.append((cells[0].strip(), cells[1].strip(), cells[2].strip()))
    if not rows:
        raise InputError(f"{path}: no line found; premise, hypothesis, label needed")
    return pd.DataFrame(rows, columns=["premise", "hypothesis", "label"])


def _read_squad(files: dict[str, Path], limit: int | None) -> tuple[pd.DataFrame, TaskCounts]:
    """Questions and the passages that answer them; ids are the same in every language."""
    tables = {language: _read_squad_file(path) for language, path in files.items()}
    reference = next(iter(tables))
    for language, table in tables.items():
        for column in ("item", "passage"):
            name = "question id" if column == "item" else "paragraph number"
            expected = tables[reference][column]
            check_aligned(files[reference], expected, files[language], table[column], name)
    asked = tables[reference]["item"].dropna().to_numpy()
    chosen = asked[spaced(len(asked), limit)]
    if not len(chosen):
        raise InputError(f"{files[reference]}: no question found; at least one is needed")
    frames = []
    for language, table in tables.items():
        used = table["item"].isin(chosen)
        # A passage whose questions are all left out stays in the pool that is searched.
        others = table[~table["passage"].isin(table.loc[used, "passage"])].drop_duplicates(
            "passage"
        )
        rows = pd.concat([table[used], others.assign(item=None, query=None)])
        frames.append(rows.sort_values("passage", kind="stable").assign(language=language))
    items = pd.concat(frames, ignore_index=True)
    return items[["language", "item", "query", "passage", "document"]], TaskCounts(
        found=len(asked), incomplete=0, used=len(chosen)
    )


def _read_squad_file(path: Path) -> pd.DataFrame:
    try:
        content = json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise InputError(f"{path}, line {error.lineno}: not JSON ({error.msg})") from None
    rows: list[tuple[str | None, str | None, int, str]] = []
    passage = 0
    for a, article in enumerate(_list_of(content, "data", str(path))):
        for p, paragraph in enumerate(_list_of(article, "paragraphs", f"{path}, data[{a}]")):
            where = f"{path}, data[{a}].paragraphs[{p}]"
            document = text_of(paragraph, "context", where).strip()
            questions = _list_of(paragraph, "qas", where)
            for q, question in enumerate(questions):
                place = f"{where}.qas[{q}]"
                text = text_of(question, "question", place).strip()
                rows.append((text_of(question, "id", place), text, passage, document))
            if not questions:
                rows.append((None, None, passage, document))
            passage += 1
    if not rows:
        raise InputError(f"{path}: no paragraph found; at least one is needed")
    table = pd.DataFrame(rows, columns=["item", "query", "passage", "document"])
    twice = table["item"][table["item"].notna() & table["item"].duplicated()]
    if len(twice):
        raise InputError(f"{path}: question id {shown(twice.iloc[0])} found twice; ids are unique")
    return table


def _read_triplets(files: dict[str, Path], limit: int | None) -> tuple[pd.DataFrame, TaskCounts]:
    """Queries with a positive and a negative text; line i is the same item in every language."""
    tables = {
        language: pd.DataFrame(
            [
                [text_of(record, key, f"{path}, line {number}").strip() for key in keys]
                for number, record in read_records(path)
            ],
            columns=keys,
        )
        for keys in [["query", "positive", "negative"]]
        for language, path in files.items()
    }
    reference = next(iter(tables))
    for language, table in tables.items():
        check_aligned(
            files[reference], tables[reference].index, files[language], table.index, "line"
        )
    found = len(tables[reference])
    if not found:
        raise InputError(f"{files[reference]}: no triplet found; at least one is needed")
    chosen = spaced(found, limit)
    items = pd.concat(
        [
            table.iloc[chosen].assign(language=language, item=[str(i) for i in chosen])
            for language, table in tables.items()
        ],
        ignore_index=True,
    )
    return items[["language", "item", "query", "positive", "negative"]], TaskCounts(
        found=found, incomplete=0, used=len(chosen)
    )


def _list_of(value: Any, key: str, where: str) -> list[dict[str, Any]]:
    items = value.get(key) if isinstance(value, dict) else None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise InputError(f'{where}: "{key}" is {shown(items)} (a list of objects is needed)')
    return items
