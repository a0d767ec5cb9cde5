"""What the evaluation sets hold, and what of it the tuning data has, too (leakage)."""

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
from adiabatic.text.similarity import text_keys

REPORT, REMOVE = "report", "remove"
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
    return pairs.rename(columns=names).assign(language="en")


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
    sets: list[ItemSet], tuning: pd.DataFrame, leakage: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Counts of every evaluation set, and the items that are left out of the evaluation.

    An item leaks if its query or its right document is, in any language, a query or a positive
    passage of the tuning data, but for case, spaces and punctuation (`text_keys`). That it is a
    negative there counts for nothing: hard negatives are positives of other queries.

    Args:
        tuning: query, positive and split of the tuning data.
        leakage: report, or remove, which leaves out the items that leak.
    Returns:
        A row for each set: set, kind, languages, items, documents, duplicates (queries that repeat
        one of their language word for word), shared_queries, shared_passages (items of which the
        tuning data has it), leaking (items with either), removed. And set, item of those left out.
    Raises:
        InputError: nothing would be left of a set.
    """
    texts = pd.concat([*map(_texts, sets)], ignore_index=True)
    tuned = tuning[tuning["split"].isin(TUNED_ON)]
    known = pd.concat([tuned["query"], tuned["positive"]])
    keys = text_keys(pd.concat([known, texts["text"]], ignore_index=True).astype("string[pyarrow]"))
    shared = texts[np.isin(keys[len(known) :], keys[: len(known)])]
    leaking = shared[["set", "item"]].drop_duplicates(ignore_index=True)
    rows = []
    for part in sets:
        asked = part.items[part.items["query"].notna()].drop_duplicates(["language", "item"])
        mine = shared[shared["set"] == part.name].drop_duplicates(["role", "item"])
        roles, leaks = mine["role"].value_counts(), mine["item"].nunique()
        items = asked["item"].nunique()
        if leakage == REMOVE and leaks == items:
            raise InputError(
                f"evaluation.leakage: remove found; it leaves nothing of {part.name}, of which the "
                f"tuning data has all {items} items"
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
                "leaking": leaks,
                "removed": leaks if leakage == REMOVE else 0,
            }
        )
    left_out = leaking if leakage == REMOVE else leaking.iloc[:0]
    return pd.DataFrame(rows), left_out


def without_items(items: pd.DataFrame, left_out: pd.Series) -> pd.DataFrame:
    """Items of which some are left out in all languages; their documents are still searched."""
    gone = items["item"].isin(left_out)
    return items.assign(**{name: items[name].mask(gone, None) for name in ("item", "query")})


def leakage_in_words(table: pd.DataFrame) -> str:
    """How many items leak, in which sets, and whether they count: a line for who decides.

    Args:
        table: see `check_evaluation_sets`.
    """
    leaking = table[table["leaking"] > 0]
    if leaking.empty:
        return "No item of the evaluation sets occurs in the tuning data."
    parts = ", ".join(f"{row.leaking} of {row.items} in {row.set}" for row in leaking.itertuples())
    what = "were left out" if leaking["removed"].any() else "count in all numbers here"
    return (
        f"The tuning data has the query or the right document of {leaking['leaking'].sum()} items "
        f"of the evaluation sets, too ({parts}): they {what}."
    )


def _texts(part: ItemSet) -> pd.DataFrame:
    """Queries and right documents of a set's items: set, item, role, text."""
    asked = part.items[part.items["query"].notna()]
    frames = [
        pd.DataFrame({"item": asked["item"], "role": role, "text": asked[column]})
        for role, column in (("query", "query"), ("passage", KINDS[part.kind].relevant))
    ]
    return pd.concat(frames).drop_duplicates().assign(set=part.name)
