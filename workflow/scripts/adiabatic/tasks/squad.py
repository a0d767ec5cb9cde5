"""Sets in SQuAD's format: questions and the passages that answer them."""

import json
from pathlib import Path
from typing import Any

import pandas as pd

from adiabatic.io.errors import InputError, shown
from adiabatic.io.json_lines import text_of
from adiabatic.tasks.aligned_files import TaskCounts, check_aligned, read_text, spaced
from adiabatic.tasks.files import TaskFiles


def read_squad(task: TaskFiles) -> tuple[pd.DataFrame, TaskCounts]:
    """Questions and the passages that answer them; ids are the same in every language."""
    files = task.by_language()
    tables = {language: _squad_file(path) for language, path in files.items()}
    reference = next(iter(tables))
    for language, table in tables.items():
        for column in ("item", "passage"):
            name = "question id" if column == "item" else "paragraph number"
            expected = tables[reference][column]
            check_aligned(files[reference], expected, files[language], table[column], name)
    asked = tables[reference]["item"].dropna().to_numpy()
    chosen = asked[spaced(len(asked), task.limit)]
    if not len(chosen):
        raise InputError(f"{files[reference]}: no question found; at least one is needed")
    frames = []
    for language, table in tables.items():
        used = table["item"].isin(chosen)
        # A passage whose questions are all excluded stays in the pool that is searched.
        others = table[~table["passage"].isin(table.loc[used, "passage"])].drop_duplicates(
            "passage"
        )
        rows = pd.concat([table[used], others.assign(item=None, query=None)])
        frames.append(rows.sort_values("passage", kind="stable").assign(language=language))
    items = pd.concat(frames, ignore_index=True)
    return items[["language", "item", "query", "passage", "document"]], TaskCounts(
        found=len(asked), incomplete=0, used=len(chosen)
    )


def _squad_file(path: Path) -> pd.DataFrame:
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


def _list_of(value: Any, key: str, where: str) -> list[dict[str, Any]]:
    items = value.get(key) if isinstance(value, dict) else None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise InputError(f'{where}: "{key}" is {shown(items)} (a list of objects is needed)')
    return items
