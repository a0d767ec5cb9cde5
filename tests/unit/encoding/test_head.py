"""Modules after the pooling: computed, saved, loaded, and read by sentence-transformers."""

import dataclasses

import numpy as np
import pytest
import torch

from adiabatic.encoding.encoder import load_encoder, save_encoder
from adiabatic.encoding.head import GELU, Dense, Normalize
from adiabatic.encoding.provenance import weights_digest

TEXTS = ["sees a dog", "and the hen sees a fox", "owl"]
RNG = np.random.default_rng(0)


def drawn(*shape):
    return torch.from_numpy(RNG.normal(size=shape).astype(np.float32))


HEADS = {
    "matrix": (Dense(drawn(32, 32)),),
    "bias": (Normalize(), Dense(torch.eye(32), 0.3 * drawn(32))),
    "mlp": (Normalize(), Dense(drawn(40, 32), activation=GELU), Dense(drawn(32, 40), drawn(32))),
}


def by_numpy(head, vectors):
    """What a head makes of vectors."""
    for module in head:
        if isinstance(module, Normalize):
            vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
            continue
        vectors = vectors @ module.weight.numpy().T
        if module.bias is not None:
            vectors = vectors + module.bias.numpy()
        if module.activation == GELU:
            erf = torch.erf(torch.from_numpy(vectors) / 2**0.5).numpy()
            vectors = vectors * (1 + erf) / 2
    return vectors


@pytest.mark.parametrize("similarity", ["cosine", "dot"])
@pytest.mark.parametrize("name", HEADS)
def test_vectors_pass_through_the_head_here_and_in_sentence_transformers(
    tiny_encoder, tmp_path, name, similarity
):
    from sentence_transformers import SentenceTransformer

    settings = dataclasses.replace(
        tiny_encoder.settings, similarity=similarity, query_prefix="the cat "
    )
    pooled = dataclasses.replace(settings, similarity="dot")
    vectors = dataclasses.replace(tiny_encoder, settings=pooled).encode(TEXTS, "query")
    expected = by_numpy(HEADS[name], vectors)
    if similarity == "cosine":
        expected = by_numpy([Normalize()], expected)
    save_encoder(dataclasses.replace(tiny_encoder, settings=settings, head=HEADS[name]), tmp_path)
    again = load_encoder(tmp_path)
    found = again.encode(TEXTS, "query")
    assert found == pytest.approx(expected, rel=1e-4, abs=1e-4)
    theirs = SentenceTransformer(str(tmp_path), device="cpu").encode(TEXTS, prompt_name="query")
    assert theirs == pytest.approx(found, rel=1e-4, abs=1e-5)
    assert [type(module) for module in again.head] == [type(module) for module in HEADS[name]]
    assert [m.activation for m in again.head if isinstance(m, Dense)] == [
        m.activation for m in HEADS[name] if isinstance(m, Dense)
    ]


def test_the_digest_of_the_weights_has_every_part_of_the_head(tiny_encoder, tmp_path):
    digests = set()
    first, second = drawn(40, 32), drawn(32, 40)
    for number, parts in enumerate([(first, second), (2 * first, second), (first, 2 * second)]):
        head = (Normalize(), *map(Dense, parts))
        save_encoder(dataclasses.replace(tiny_encoder, head=head), tmp_path / str(number))
        digests.add(weights_digest(tmp_path / str(number)))
    assert len(digests) == 3


def test_without_a_head_there_is_none_to_read(tiny_encoder, tmp_path):
    save_encoder(tiny_encoder, tmp_path)
    assert load_encoder(tmp_path).head == ()
    assert not list(tmp_path.glob("*_Dense"))
