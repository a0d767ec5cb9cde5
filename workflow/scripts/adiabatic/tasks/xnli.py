"""Sets in XNLI's format: premises with hypotheses of three labels."""

from pathlib import Path

import pandas as pd

from adiabatic.io.errors import InputError, shown
from adiabatic.tasks.aligned_files import TaskCounts, check_aligned, read_text, spaced
from adiabatic.tasks.files import TaskFiles

LABELS = ("entailment", "neutral", "contradiction")


def read_xnli(task: TaskFiles) -> tuple[pd.DataFrame, TaskCounts]:
    """Premises with one hypothesis of each label; line i is the same item in every language.

    Consecutive lines of one premise (in the first language) are one item; a premise without all
    three labels is left out and counted.
    """
    files = task.by_language()
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
    chosen = complete[spaced(len(complete), task.limit)]
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
