"""Sets of triplets: queries with a positive and a negative text."""

import pandas as pd

from adiabatic.io.errors import InputError
from adiabatic.io.json_lines import read_records, text_of
from adiabatic.tasks.aligned_files import TaskCounts, check_aligned, spaced
from adiabatic.tasks.files import TaskFiles


def read_triplets(task: TaskFiles) -> tuple[pd.DataFrame, TaskCounts]:
    """Queries with a positive and a negative text; line i is the same item in every language."""
    files = task.by_language()
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
    chosen = spaced(found, task.limit)
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
