import numpy as np
import pytest
from planted_index import write_parquet

from adiabatic.index.blocks import IndexSettings
from adiabatic.index.reading import read_index
from adiabatic.index.sample import Sample
from adiabatic.index.stored import StoredIndex
from adiabatic.io.errors import InputError


@pytest.fixture
def index(tmp_path):
    """An index of random vectors; only some documents have texts."""

    def make(texts):
        vectors = np.random.default_rng(0).normal(size=(len(texts), 4)).astype(np.float32)
        path = write_parquet(tmp_path / "i.parquet", range(len(texts)), vectors, texts)
        read_index(IndexSettings("parquet", path=str(path)), tmp_path / "index", print)
        return StoredIndex.of(tmp_path / "index")

    return make


def test_a_sample_is_of_documents_with_texts_the_longest_among_them(index):
    texts = [None if row % 3 else f"text {row}" for row in range(3000)]
    texts[33] = "long " * 100
    found = index(texts)
    sample = Sample.of(found, 50)
    assert len(sample.texts) == len(set(sample.texts)) == 50
    assert texts[33] in sample.texts
    rows = [texts.index(text) for text in sample.texts]
    assert np.array_equal(sample.stored, found.vectors[rows])
    assert max(np.diff(rows)) < 150
    assert len(Sample.of(found, 5000).texts) == 1000


def test_without_any_text_the_check_says_so(index):
    with pytest.raises(InputError, match=r"no document has a text.*check_documents: 0 to go"):
        Sample.of(index([None] * 5), 50)
