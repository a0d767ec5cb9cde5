import numpy as np
import pandas as pd
import pytest

from adiabatic.encoding import corpora
from adiabatic.encoding.corpora import (
    document_blocks,
    document_rows,
    document_texts,
    hashed,
    hashed_rows,
)
from adiabatic.encoding.document_vectors import read_vectors, write_vector_blocks
from adiabatic.io.errors import InputError


def test_a_text_outside_the_corpus_is_refused():
    with pytest.raises(ValueError, match="not in the corpus"):
        document_rows(pd.Index(["a"]), pd.Series(["a", "b"]))


def test_documents_are_distinct_in_order_of_first_appearance():
    frames = [
        pd.DataFrame({"p": ["b", "a"], "n": ["a", "c"]}),
        pd.DataFrame({"p": ["d"], "n": ["b"]}),
    ]
    assert document_texts(frames, ["p", "n"]).tolist() == ["b", "a", "c", "d"]


def test_rows_by_hash_are_the_rows_of_the_texts(tmp_path):
    rng = np.random.default_rng(0)
    draw = [f"text {number}" for number in rng.integers(0, 40, 60)]
    data = pd.DataFrame({"positive": draw[:30], "negative": draw[30:]})
    data.to_parquet(tmp_path / "data.parquet")
    corpus = document_texts([data], ["positive", "negative"])
    rows, hashes = hashed_rows(tmp_path / "data.parquet", ["positive", "negative"])
    assert hashes.tolist() == hashed(corpus).tolist()
    for column, found in zip(data, rows, strict=True):
        assert found.tolist() == document_rows(corpus, data[column]).tolist()
    with pytest.raises(InputError, match=r"data\.parquet: neutral missing"):
        hashed_rows(tmp_path / "data.parquet", ["neutral"])


def test_blocks_have_the_texts_of_the_corpus_and_leave_the_same_bytes(tmp_path, monkeypatch):
    frames = [
        pd.DataFrame({"p": ["b", "a", None], "n": ["a", "c", None]}),
        pd.DataFrame({"p": ["d"], "n": ["b"]}),
    ]
    paths = [tmp_path / "1.parquet", tmp_path / "2.parquet"]
    for frame, path in zip(frames, paths, strict=True):
        frame.to_parquet(path)
    texts = document_texts([frame.dropna() for frame in frames], ["p", "n"])
    vectors = np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32)
    np.save(tmp_path / "saved.npy", vectors)
    for size in (1, 3, 100):
        monkeypatch.setattr(corpora, "BLOCK", size)
        blocks = list(document_blocks(paths, ["p", "n"]))
        assert [text for block in blocks for text in block] == texts.tolist()
        assert max(map(len, blocks)) == min(size, 4)
        parts = np.split(vectors, range(size, 4, size))
        written = tmp_path / f"{size}.npy"
        write_vector_blocks(written, zip(blocks, parts, strict=True), "encoder")
        assert written.read_bytes() == (tmp_path / "saved.npy").read_bytes()
        assert (read_vectors(written, hashed(texts)) == vectors).all()
