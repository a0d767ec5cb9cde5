"""Each usual mistake is planted in an index of the tiny base, and named."""

import pytest
from checked_index import PREFIX, TEXTS, checked, embedded

from adiabatic.index import mistakes
from adiabatic.io.errors import InputError


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
    monkeypatch.setattr(mistakes, "TRIED", 6)
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
