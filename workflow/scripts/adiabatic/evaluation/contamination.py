"""What the evaluation sets hold, and their overlap with the training data (contamination)."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from adiabatic.encoding.corpora import document_texts
from adiabatic.io.errors import InputError
from adiabatic.io.parquet import read_batches, read_frame
from adiabatic.plan.registry import implementation
from adiabatic.tasks.beir import read_queries
from adiabatic.tasks.kinds import KINDS
from adiabatic.text.keys import text_keys

REPORT, EXCLUDE = "report", "exclude"
# The splits that runs are trained on or chosen by; the third is the held-out set.
TUNED_ON = ("train", "validation")


class ItemSet(NamedTuple):
    """The items of an evaluation set: language, item, query and the kind's document columns.

    documents: how many are searched, where not all are among the items'.
    """

    name: str
    kind: str
    items: pd.DataFrame
    documents: int | None = None


def arxiv_items(pairs: pd.DataFrame) -> pd.DataFrame:
    """The items of one style and level of arXiv pairs."""
    names = {"anchor_id": "item", "anchor": "query"}
    # A paper is the cluster of all its anchors.
    return pairs.rename(columns=names).assign(language="en", cluster=pairs["anchor_id"])


def held_out_items(tuning: pd.DataFrame) -> pd.DataFrame:
    """The items of the tuning data's test split."""
    test = tuning[tuning["split"] == "test"].reset_index(drop=True)
    return test.assign(language="en", item=test.index.astype(str))


def task_items(name: str, kind: str, path: Path) -> ItemSet:
    """The items of a configured evaluation set."""
    row = KINDS[kind]
    return (
        implementation(row.list_items)(name, kind, path)
        if row.list_items
        else ItemSet(name, kind, read_frame(path))
    )


def beir_items(name: str, kind: str, path: Path) -> ItemSet:
    """The items of a set of passages, queries and judgments: a row for each relevant passage."""
    queries = read_queries(path).explode("relevant", ignore_index=True)
    wanted, found, count = set(queries["relevant"]), {}, 0
    for batch in read_batches(path, ["document"]):
        for text in batch["document"].drop_null().to_pylist():
            if count in wanted:
                found[count] = text
            count += 1
    return ItemSet(name, kind, queries.assign(document=queries["relevant"].map(found)), count)


def check_evaluation_sets(
    sets: list[ItemSet], tuning: pd.DataFrame, contamination: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Counts of every evaluation set, and the items that are excluded from the evaluation.

    An item overlaps with the tuning data if its query or its relevant document is, in any language,
    a query or a positive passage there, but for case, spaces and punctuation (`text_keys`). That it
    is a negative there counts for nothing: hard negatives are positives of other queries.

    Args:
        tuning: query, positive and split of the tuning data.
        contamination: report, or exclude, which excludes the items that overlap.
    Returns:
        A row for each set: set, kind, languages, items, documents, duplicates (queries that repeat
        one of their language word for word), shared_queries, shared_passages (items of which the
        tuning data has it), contaminated (items with either), excluded. And the set and item of
        those that are excluded.
    Raises:
        InputError: nothing would be left of a set.
    """
    texts = pd.concat([*map(_texts, sets)], ignore_index=True)
    tuned = tuning[tuning["split"].isin(TUNED_ON)]
    known = pd.concat([tuned["query"], tuned["positive"]])
    keys = text_keys(pd.concat([known, texts["text"]], ignore_index=True).astype("string[pyarrow]"))
    shared = texts[np.isin(keys[len(known) :], keys[: len(known)])]
    contaminated = shared[["set", "item"]].drop_duplicates(ignore_index=True)
    rows = []
    for part in sets:
        asked = part.items[part.items["query"].notna()].drop_duplicates(["language", "item"])
        mine = shared[shared["set"] == part.name].drop_duplicates(["role", "item"])
        roles, overlaps = mine["role"].value_counts(), mine["item"].nunique()
        items = asked["item"].nunique()
        if contamination == EXCLUDE and overlaps == items:
            raise InputError(
                f"evaluation.contamination: exclude found; it leaves nothing of {part.name}, of "
                f"which the tuning data has all {items} items"
            )
        rows.append(
            {
                "set": part.name,
                "kind": part.kind,
                "languages": " ".join(part.items["language"].unique()),
                "items": items,
                "documents": part.documents
                or len(document_texts([part.items], KINDS[part.kind].documents)),
                "duplicates": int(asked.duplicated(["language", "query"]).sum()),
                "shared_queries": int(roles.get("query", 0)),
                "shared_passages": int(roles.get("passage", 0)),
                "contaminated": overlaps,
                "excluded": overlaps if contamination == EXCLUDE else 0,
            }
        )
    excluded = contaminated if contamination == EXCLUDE else contaminated.iloc[:0]
    return pd.DataFrame(rows), excluded


def without_items(items: pd.DataFrame, excluded: pd.Series) -> pd.DataFrame:
    """Items of which some are excluded in all languages; their documents are still searched."""
    gone = items["item"].isin(excluded)
    return items.assign(**{name: items[name].mask(gone, None) for name in ("item", "query")})


def contamination_in_words(table: pd.DataFrame) -> str:
    """How many items overlap with the tuning data, in which sets, and whether they count.

    Args:
        table: see `check_evaluation_sets`.
    """
    contaminated = table[table["contaminated"] > 0]
    if contaminated.empty:
        return "No item of the evaluation sets occurs in the tuning data."
    parts = ", ".join(
        f"{row.contaminated} of {row.items} in {row.set}" for row in contaminated.itertuples()
    )
    what = "were excluded" if contaminated["excluded"].any() else "count in all numbers here"
    count = contaminated["contaminated"].sum()
    return (
        f"The queries or relevant documents of {count} items of the evaluation sets are in the "
        f"tuning data ({parts}): they {what}."
    )


def _texts(part: ItemSet) -> pd.DataFrame:
    """Queries and relevant documents of a set's items: set, item, role, text."""
    asked = part.items[part.items["query"].notna()]
    frames = [
        pd.DataFrame({"item": asked["item"], "role": role, "text": asked[column]})
        for role, column in (("query", "query"), ("passage", KINDS[part.kind].relevant))
    ]
    return pd.concat(frames).drop_duplicates().assign(set=part.name)
