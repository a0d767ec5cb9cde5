import dataclasses
import shutil

import numpy as np
import pandas as pd
import pytest
from safetensors.numpy import load_file, save_file

from adiabatic.encoding.corpora import hashed
from adiabatic.encoding.document_vectors import (
    check_same_encoder,
    documents_embedded,
    read_vectors,
    write_vector_blocks,
    write_vectors,
)
from adiabatic.encoding.model_folder import read_settings, write_settings
from adiabatic.encoding.provenance import document_side_digest
from adiabatic.io.errors import InputError

TEXTS = pd.Index(["one text", "another text"])


@pytest.fixture
def stored(tmp_path):
    path = tmp_path / "corpus.npy"
    write_vectors(path, np.eye(2, 4, dtype=np.float32), TEXTS, "encoder")
    return path


def test_vectors_come_back_mapped_and_cannot_change_the_file(stored):
    before = stored.read_bytes()
    vectors = read_vectors(stored, hashed(TEXTS))
    assert isinstance(vectors, np.memmap)
    assert (vectors == np.eye(2, 4)).all()
    vectors[0] = 7
    assert stored.read_bytes() == before


@pytest.mark.parametrize("texts", [["another text", "one text"], ["one text", "changed text"]])
def test_vectors_of_other_texts_are_refused(stored, texts):
    with pytest.raises(InputError, match=r"corpus\.npy: vectors of other texts"):
        read_vectors(stored, hashed(texts))


def test_vectors_without_origin_are_refused(stored):
    stored.with_suffix(".json").unlink()
    with pytest.raises(InputError, match=r"corpus\.json: cannot be read"):
        read_vectors(stored, hashed(TEXTS))


@pytest.mark.parametrize(
    "change",
    [
        "weights",
        {"pooling": "cls"},
        {"similarity": "dot"},
        {"document_prefix": "passage: "},
        {"max_document_tokens": 9},
    ],
)
def test_a_change_of_the_frozen_encoder_makes_vectors_stale(tiny_encoder_folder, tmp_path, change):
    base, path = tmp_path / "base", tmp_path / "corpus.npy"
    shutil.copytree(tiny_encoder_folder, base)
    write_vectors(path, np.eye(2, 4, dtype=np.float32), TEXTS, document_side_digest(base))
    check_same_encoder([path], document_side_digest(base))
    if change == "weights":
        weights = load_file(base / "model.safetensors")
        next(iter(weights.values())).flat[0] += 1
        save_file(weights, base / "model.safetensors")
    else:
        settings = dataclasses.replace(read_settings(base), **change)
        write_settings(base, settings, 32)
    with pytest.raises(InputError, match="vectors of another encoder, pooling, prefix, length or"):
        check_same_encoder([path], document_side_digest(base))


def test_how_queries_are_used_is_another_matter(tiny_encoder_folder, tmp_path):
    base = tmp_path / "base"
    shutil.copytree(tiny_encoder_folder, base)
    before = document_side_digest(base)
    settings = dataclasses.replace(read_settings(base), query_prefix="query: ", max_query_tokens=9)
    write_settings(base, settings, 32)
    assert document_side_digest(base) == before


def test_vectors_of_two_encoders_do_not_go_together(stored, tmp_path):
    other = tmp_path / "other.npy"
    write_vectors(other, np.eye(2, 4, dtype=np.float32), TEXTS, "other encoder")
    with pytest.raises(InputError, match=r"other\.npy: vectors of another encoder"):
        check_same_encoder([stored, other])


def test_a_corpus_without_documents_leaves_no_file(tmp_path):
    with pytest.raises(InputError, match=r"v\.npy: no document to embed"):
        write_vector_blocks(tmp_path / "v.npy", [], "encoder")
    assert not list(tmp_path.iterdir())


def test_how_many_documents_were_embedded_is_known_without_their_vectors(stored):
    stored.unlink()
    assert documents_embedded([stored, stored]) == 4
