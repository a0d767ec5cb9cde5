"""Each usual mistake is planted in an index of the tiny base, and named."""

from dataclasses import replace

import numpy as np
import pytest
from planted_index import texts_of, write_parquet

from adiabatic.encoding.encoder import load_encoder
from adiabatic.index import compatibility
from adiabatic.index.blocks import IndexSettings
from adiabatic.index.compatibility import Sample, check_compatibility
from adiabatic.index.reading import read_index
from adiabatic.index.stored import StoredIndex
from adiabatic.io.errors import InputError

TEXTS = texts_of(60)
PREFIX = "passage: the hen "


@pytest.fixture(scope="module")
def base(tiny_encoder_folder):
    return load_encoder(tiny_encoder_folder)


def with_settings(encoder, **changed):
    return replace(encoder, settings=replace(encoder.settings, **changed))


def embedded(encoder, texts=TEXTS, **changed):
    return with_settings(encoder, **changed).encode(texts, "document")


def checked(encoder, vectors, texts=TEXTS, approximate="", **settings):
    sample = Sample(list(texts), np.asarray(vectors, dtype=np.float32))
    return check_compatibility(sample, with_settings(encoder, **settings), approximate)


def test_vectors_of_the_base_are_accepted(base):
    found = checked(base, embedded(base))
    assert (found.documents, found.agreeing, found.stored_as) == (60, 60, "float32")
    assert found.largest_error < 1e-6
    assert not found.codes


@pytest.mark.parametrize(
    ("made", "configured", "message"),
    [
        ({}, {"document_prefix": PREFIX}, f"prefix '{PREFIX}' missing from what was embedded"),
        (
            {"document_prefix": PREFIX * 2},
            {"document_prefix": PREFIX},
            f"prefix '{PREFIX}' doubled in what was embedded",
        ),
        ({"document_prefix": "passage: "}, {}, "'passage: ', E5's prefix of documents, put before"),
        (
            {"document_prefix": "a fox "},
            {"document_prefix": PREFIX, "query_prefix": "a fox "},
            f"prefix '{PREFIX}' missing, and 'a fox ', the prefix of queries, in its place",
        ),
        ({"pooling": "cls"}, {}, "pooling cls, and the base's is mean (base.pooling: cls would"),
        ({"pooling": "mean"}, {"pooling": "cls"}, "pooling mean, and the base's is cls"),
        (
            {"pooling": "cls"},
            {"document_prefix": PREFIX},
            "missing from what was embedded, and pooling cls",
        ),
        (
            {"max_document_tokens": 17},
            {},
            "truncated earlier, at 17 tokens, and the base's limit is 64",
        ),
        (
            {"max_document_tokens": 33},
            {"max_document_tokens": 16},
            "truncated later, at 33 tokens, and the base's limit is 16",
        ),
        ({"similarity": "dot"}, {}, "not normalised: stored vectors have a length of"),
        ({}, {"similarity": "dot"}, "normalised: stored vectors have unit length"),
    ],
)
def test_a_planted_mistake_is_named(base, made, configured, message):
    limit = {"max_document_tokens": 64}
    with pytest.raises(InputError) as caught:
        checked(base, embedded(base, **limit | made), **limit | configured)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_mistake_is_tried_on_a_few_documents_and_confirmed_on_all(base, monkeypatch):
    monkeypatch.setattr(compatibility, "TRIED", 6)
    vectors = embedded(base, pooling="cls")
    with pytest.raises(InputError, match="pooling cls, and the base's is mean"):
        checked(base, vectors)
    # The few agree, but half of all do not.
    vectors[1::2] = embedded(base, document_prefix=PREFIX)[1::2]
    with pytest.raises(InputError, match="0 agree") as caught:
        checked(base, vectors)
    assert "would agree" not in str(caught.value)


def test_a_prefix_that_the_stored_texts_begin_with_is_named(base):
    texts = [PREFIX + text for text in TEXTS]
    with pytest.raises(InputError, match="doubled, as the stored texts begin with it already"):
        checked(base, embedded(base, texts), texts, document_prefix=PREFIX)


def test_a_few_texts_that_were_cut_are_noticed(base):
    """Fewer than would make documents differ too often, and all for the same reason."""
    texts = [*TEXTS[:2], *(["the cat sees a dog", "the cow sees a hen"] * 29)]
    lengths = {"max_document_tokens": 9}
    with pytest.raises(InputError, match="truncated earlier, at 9 tokens"):
        checked(base, embedded(base, texts, **lengths), texts)


def test_a_cut_dimension_is_named(base):
    vectors = embedded(base)[:, :20]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    with pytest.raises(InputError, match=r"dimension cut to 20 of 32 \(Matryoshka\)"):
        checked(base, vectors)


def test_other_models_are_told_from_revisions(base, moved_encoder_folder):
    revised = embedded(load_encoder(moved_encoder_folder))
    with pytest.raises(InputError, match="another revision of the model, or a fine-tuned one"):
        checked(base, revised)
    rng = np.random.default_rng(0)
    with pytest.raises(InputError, match="another model altogether: cosines are low"):
        checked(base, rng.normal(size=(60, 32)))
    with pytest.raises(InputError, match="vectors of 48 numbers found, and the base gives 32"):
        checked(base, rng.normal(size=(60, 48)))


def test_changed_texts_of_many_documents_are_named(base):
    vectors = embedded(base)
    vectors[:10] = np.roll(vectors[:10], 1, axis=0)
    with pytest.raises(InputError, match=r"50 agree .* texts of the others have changed since"):
        checked(base, vectors)


def test_changed_texts_of_few_documents_are_counted(base):
    vectors = embedded(base)
    vectors[:2] = vectors[[1, 0]]
    found = checked(base, vectors)
    assert (found.documents, found.agreeing) == (60, 58)


def bfloat16(vectors):
    return (vectors.view(np.uint32) & 0xFFFF0000).view(np.float32)


def int8(vectors):
    steps = np.abs(vectors).max(axis=1, keepdims=True) / 127
    return np.rint(vectors / steps) * steps


@pytest.mark.parametrize(
    ("rounded", "stored_as", "codes", "largest"),
    [
        (lambda v: v.astype(np.float16), "float16", False, 1e-6),
        (bfloat16, "bfloat16", False, 1e-4),
        (int8, "int8", False, 1e-3),
        (lambda v: np.rint(v * 127), "int8", True, 1e-2),
    ],
)
def test_rounding_is_accepted_with_its_error(base, rounded, stored_as, codes, largest):
    found = checked(base, rounded(embedded(base)))
    assert (found.stored_as, found.codes, found.agreeing) == (stored_as, codes, 60)
    assert 0 < found.median_error <= found.largest_error < largest


def test_rounding_hides_no_mistake(base):
    with pytest.raises(InputError, match="pooling cls"):
        checked(base, np.rint(embedded(base, pooling="cls") * 127))


def test_codes_on_a_scale_for_each_dimension_are_named(base):
    vectors = embedded(base)
    low, high = vectors.min(axis=0), vectors.max(axis=0)
    with pytest.raises(InputError, match="int8 codes with a scale and an offset for each dimen"):
        checked(base, np.rint((vectors - low) / (high - low) * 255 - 128))


def test_a_quantised_index_is_approximate(base):
    vectors = embedded(base)
    noise = np.random.default_rng(0).normal(size=vectors.shape).astype(np.float32)
    found = checked(base, vectors + 0.04 * noise, approximate="reconstructed from IndexPQ")
    assert found.stored_as == "reconstructed from IndexPQ"
    assert found.median_error > 1e-3
    wrong = embedded(base, pooling="cls") + 0.01 * noise
    with pytest.raises(InputError, match="pooling cls, and the base's is mean"):
        checked(base, wrong, approximate="reconstructed from IndexPQ")


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
