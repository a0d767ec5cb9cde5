import numpy as np
import pytest
from checked_index import checked, embedded

from adiabatic.encoding.encoder import load_encoder
from adiabatic.io.errors import InputError


def test_vectors_of_the_base_are_accepted(base):
    found = checked(base, embedded(base))
    assert (found.documents, found.agreeing, found.stored_as) == (60, 60, "float32")
    assert found.largest_error < 1e-6
    assert not found.codes


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


def test_a_quantised_index_is_approximate(base):
    vectors = embedded(base)
    noise = np.random.default_rng(0).normal(size=vectors.shape).astype(np.float32)
    found = checked(base, vectors + 0.04 * noise, approximate="reconstructed from IndexPQ")
    assert found.stored_as == "reconstructed from IndexPQ"
    assert found.median_error > 1e-3
    wrong = embedded(base, pooling="cls") + 0.01 * noise
    with pytest.raises(InputError, match="pooling cls, and the base's is mean"):
        checked(base, wrong, approximate="reconstructed from IndexPQ")
