"""English pairs whose positives, and negatives where they have them, are documents of an index."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from adiabatic.encoding.corpora import BLOCK
from adiabatic.index.hard_negatives import nearest_negatives, prepared
from adiabatic.index.id_files import id_text
from adiabatic.index.stored import StoredIndex
from adiabatic.io.errors import InputError, shown
from adiabatic.io.json_lines import read_records, text_of
from adiabatic.sources.tuning_data import splits
from adiabatic.text.keys import text_keys

# Texts of the index that are compared with those of pairs at one time.
COMPARED = 50_000
# Pairs without a positive in the index that the report lists.
LISTED = 20
Encode = Callable[[list[str]], np.ndarray]


@dataclass(frozen=True)
class MatchCounts:
    """What became of the pairs.

    other_text: pairs whose text is not that of the document with their id. too_close: documents
    passed over as negatives, see `nearest_negatives`. without_text: documents of used pairs.
    """

    read: int
    duplicates: int
    positives_by_id: int
    positives_by_text: int
    positives_not_in_index: int
    other_text: int
    given_negatives: int
    negatives_not_in_index: int
    negatives_from_index: int
    too_close: int
    without_negative: int
    used: int
    without_text: int


@dataclass(frozen=True)
class Matched:
    """Triplets with the rows of their documents in the index.

    triplets: query, positive, negative, split. rows: of each distinct text of `texts`, which are in
    the order of the vectors of a corpus. missing: pairs without a positive, the first few.
    """

    triplets: pd.DataFrame
    texts: list[str]
    rows: np.ndarray
    counts: MatchCounts
    missing: list[dict[str, Any]]

    def vector_blocks(
        self, index: StoredIndex, unit_length: bool
    ) -> Iterator[tuple[list[str], np.ndarray]]:
        """Texts with their stored vectors, some at a time."""
        for start in range(0, len(self.texts), BLOCK):
            rows = self.rows[start : start + BLOCK]
            yield self.texts[start : start + BLOCK], prepared(index.vectors[rows], unit_length)

    def report(self) -> dict[str, Any]:
        """What a file says of the pairs."""
        return asdict(self.counts) | {"first_positives_not_in_index": self.missing}


def match_pairs(
    path: Path,
    index: StoredIndex,
    encode: Encode,
    below: float,
    limit: int | None,
    held_out: int,
    seed: int,
    unit_length: bool = False,
) -> Matched:
    """Triplets of a tuning file, whose documents are those of an index, in three splits.

    Lines have the forms that `read_tuning_data` reads, and may name their positive by
    `positive_id`. A negative that is missing, or is not in the index, is chosen there.

    Args:
        encode: vectors of queries by the base. below: see `nearest_negatives`.
        limit: triplets used in all, drawn at random; None for every one.
        held_out: triplets of the validation split, and of the test split.
        unit_length: whether the index's vectors are brought to unit length.
    Raises:
        InputError: a line is in no such form, no positive is in the index, or too few triplets are
            left to train on.
    """
    rng = np.random.default_rng([seed, 1])
    pairs = _pairs(path, rng)
    distinct = pairs.drop_duplicates(["query", "positive", "id"], ignore_index=True)
    by_id = _rows_of_ids(index, distinct["id"].dropna())
    named = distinct["id"].notna()
    by_text = _rows_of_texts(
        index, [*distinct.loc[~named, "positive"], *pairs["negative"].dropna()]
    )
    row = distinct["id"].map(by_id).where(named, distinct["positive"].map(by_text))
    missing, named = distinct[row.isna()], named[row.notna()]
    if row.isna().all():
        first = missing.iloc[0][["id", "positive"]].dropna().iloc[0]
        raise InputError(
            f"{path}: {len(distinct)} pairs found, and none of their positives is in the index "
            f'(the first is {shown(first)}); "positive_id", or the text of a document, is needed'
        )
    # Two ways to name one document make one pair.
    matched = distinct.assign(row=row).dropna(subset="row").astype({"row": np.int64})
    matched = matched.drop_duplicates(["query", "row"], ignore_index=True)
    duplicates = len(pairs) - len(missing) - len(matched)
    if limit is not None and limit < len(matched):
        matched = matched.iloc[np.sort(rng.permutation(len(matched))[:limit])]
        matched = matched.reset_index(drop=True)
    given = matched["negative"].map(by_text).fillna(-1).to_numpy(dtype=np.int64)
    answers = matched["query"].map(matched.groupby("query")["row"].agg(list)).map(np.array).tolist()
    # What a pair calls its negative may be another pair's positive of the same query.
    given = np.array([-1 if r in own else r for r, own in zip(given, answers, strict=True)])
    needy, negatives, too_close = np.flatnonzero(given < 0), given.copy(), 0
    if len(needy):
        mined = nearest_negatives(
            encode(matched["query"].iloc[needy].tolist()), matched["row"].to_numpy()[needy],
            [answers[number] for number in needy], index.vectors, below, unit_length,
        )  # fmt: skip
        negatives[needy], too_close = mined.rows, mined.too_close
    whole = matched.assign(negative_row=negatives)[negatives >= 0].reset_index(drop=True)
    triplets, rows, without_text, other_text = _triplets(whole, index)
    if len(triplets) <= 2 * held_out:
        raise InputError(
            f"{path}: {len(triplets)} triplets found ({len(missing)} positives are not in the "
            f"index); more than {2 * held_out} are needed, since tuning.validation: {held_out} are "
            "held out for validation and as many for the test"
        )
    triplets["split"] = splits(triplets, held_out, rng)
    if not (triplets["split"] == "train").any():
        raise InputError(f"{path}: no triplet is left to train on; all share queries or passages")
    counts = MatchCounts(
        read=len(pairs),
        duplicates=duplicates,
        positives_by_id=int(named.sum()),
        positives_by_text=int((~named).sum()),
        positives_not_in_index=len(missing),
        other_text=other_text,
        given_negatives=int((given >= 0).sum()),
        negatives_not_in_index=int((matched["negative"].notna() & (given < 0)).sum()),
        negatives_from_index=int((negatives[needy] >= 0).sum()),
        too_close=too_close,
        without_negative=len(matched) - len(whole),
        used=len(triplets),
        without_text=without_text,
    )
    texts = pd.concat([triplets["positive"], triplets["negative"]], ignore_index=True)
    first = (~texts.duplicated()).to_numpy()
    listed = missing.iloc[:LISTED][["query", "id", "positive"]].to_dict("records")
    return Matched(triplets, texts[first].tolist(), rows[first], counts, listed)


def stand_in(name: str) -> str:
    """What stands for the text of a document that has none; no other document has the same."""
    return f"[document {name} of the index]"


def _pairs(path: Path, rng: np.random.Generator) -> pd.DataFrame:
    """Query, text and id of the positive (one may be None), and text of the negative or None."""
    read = [_pair(record, f"{path}, line {n}", rng) for n, record in read_records(path)]
    if not read:
        raise InputError(f"{path}: no pair found; at least one is needed")
    return pd.DataFrame(read, columns=["query", "positive", "id", "negative"], dtype=object)


def _pair(
    record: dict[str, Any], where: str, rng: np.random.Generator
) -> tuple[str, str | None, str | None, str | None]:
    query = text_of(record, "query", where).strip()
    found = record.get("positive_id")
    positive_id = None if found is None else id_text(found, f'{where}: "positive_id"')
    positive = negative = None
    if "pos" in record:
        positive = _one_of(record, "pos", where, 0)
    elif "positive" in record and record["positive"] is not None:
        positive = text_of(record, "positive", where).strip()
    if positive is None and positive_id is None:
        raise InputError(
            f'{where}: keys {shown(list(record))} found; "query" with "positive", "pos" or '
            '"positive_id" is needed'
        )
    if record.get("neg"):
        negative = _one_of(record, "neg", where, int(rng.integers(len(record["neg"]))))
    elif record.get("negative"):
        negative = text_of(record, "negative", where).strip()
    return query, positive, positive_id, negative


def _one_of(record: dict[str, Any], key: str, where: str, number: int) -> str:
    texts = record[key]
    good = isinstance(texts, list) and texts and all(isinstance(t, str) and t for t in texts)
    if not good:
        raise InputError(f'{where}: "{key}" is {shown(texts)} (a list of texts is needed)')
    return texts[number].strip()


def _rows_of_ids(index: StoredIndex, ids: Sequence[str]) -> dict[str, int]:
    """Rows of the documents with some ids, for those that are there."""
    wanted, found, start = pa.array(list(dict.fromkeys(ids)), pa.string()), {}, 0
    if not len(wanted):
        return {}
    for column in _chunks(index, "id"):
        hits = np.flatnonzero(pc.is_in(column, value_set=wanted).to_numpy(zero_copy_only=False))
        names = column.take(pa.array(hits)).to_pylist()
        found.update(zip(names, (hits + start).tolist(), strict=True))
        start += len(column)
    return found


def _rows_of_texts(index: StoredIndex, texts: Sequence[str]) -> dict[str, int]:
    """The first row of a document that has the same text, apart from case and punctuation."""
    wanted = list(dict.fromkeys(texts))
    found: dict[str, int] = {}
    if not wanted:
        return found
    start = 0
    for column in _chunks(index, "text"):
        keys = text_keys(pa.chunked_array([pa.array(wanted, pa.string()), column.fill_null("")]))
        mine, theirs = keys[: len(wanted)], keys[len(wanted) :]
        valid = np.flatnonzero(column.is_valid().to_numpy(zero_copy_only=False))
        hits = valid[np.isin(theirs[valid], mine)]
        by_key = dict(zip(theirs[hits[::-1]].tolist(), hits[::-1].tolist(), strict=True))
        for text, key in zip(wanted, mine.tolist(), strict=True):
            if key in by_key:
                found.setdefault(text, start + by_key[key])
        start += len(column)
    return found


def _chunks(index: StoredIndex, name: str) -> Iterator[pa.Array]:
    """A column of the documents, COMPARED of them or some more at a time."""
    waiting, count = [], 0
    for batch in index.columns(name):
        waiting.append(batch[name])
        count += len(batch)
        if count >= COMPARED:
            yield pa.concat_arrays(waiting)
            waiting, count = [], 0
    if waiting:
        yield pa.concat_arrays(waiting)


def _triplets(whole: pd.DataFrame, index: StoredIndex) -> tuple[pd.DataFrame, np.ndarray, int, int]:
    """Query, positive and negative; rows of all positives, then negatives; and two counts."""
    rows = np.concatenate([whole["row"].to_numpy(), whole["negative_row"].to_numpy()])
    texts, ids = index.texts(rows), index.ids(rows)
    without = len({row for row, text in zip(rows, texts, strict=True) if text is None})
    both = whole["id"].notna() & whole["positive"].notna()
    stored = pd.Series(texts[: len(whole)], index=whole.index, dtype=object)
    given = whole.loc[both & stored.notna(), "positive"]
    keys = text_keys(pd.concat([given, stored[given.index]])) if len(given) else np.empty(0)
    other = int((keys[: len(given)] != keys[len(given) :]).sum())
    filled = [stand_in(i) if text is None else text for i, text in zip(ids, texts, strict=True)]
    triplets = pd.DataFrame(
        {
            "query": whole["query"],
            "positive": filled[: len(whole)],
            "negative": filled[len(whole) :],
        }
    )
    return triplets, rows, without, other
