from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from adiabatic.encoding.corpora import document_texts
from adiabatic.encoding.document_vectors import write_vectors
from adiabatic.encoding.provenance import document_side_digest
from adiabatic.io.errors import InputError
from adiabatic.plan.runs import PlannedRun
from adiabatic.tuning.making import Making, tuning_texts

DATA = pd.DataFrame(
    {
        "query": ["a", "b", "c", "d"],
        "positive": ["p", "q", "p", "r"],
        "negative": ["q", "p", "r", "p"],
        "split": ["train", "validation", "train", "test"],
    }
)


@pytest.fixture
def data(tmp_path):
    DATA.to_parquet(tmp_path / "tuning.parquet")
    return tmp_path / "tuning.parquet"


def making(run, **files):
    nowhere = Path("nowhere")
    given = dict.fromkeys(("base", "data", "vectors", "runs"), nowhere) | files
    return Making(run, **given)


def test_settings_are_those_of_the_plan_and_lists_become_hashable():
    planned = {"margin": 0.3, "freeze": ["embeddings"], "alpha": 0.5}
    settings = making(PlannedRun("r", "g", "joint", 1e-5, 7, settings=planned)).settings()
    assert (settings.method, settings.learning_rate, settings.seed) == ("joint", 1e-5, 7)
    assert (settings.margin, settings.freeze) == (0.3, ("embeddings",))
    assert settings.batch_size == 16


def test_triplets_of_a_split_name_their_documents_by_row(data):
    texts = tuning_texts(data)
    corpus = document_texts([DATA], ["positive", "negative"]).tolist()
    for split, part in (("train", texts.train), ("validation", texts.validation)):
        mine = DATA[DATA["split"] == split]
        assert part.queries == mine["query"].tolist()
        assert [corpus[row] for row in part.positives] == mine["positive"].tolist()
        assert [corpus[row] for row in part.negatives] == mine["negative"].tolist()
    assert len(texts.hashes) == len(corpus)


def test_vectors_are_of_this_base_and_these_documents(data, tmp_path, tiny_encoder_folder):
    texts = document_texts([DATA], ["positive", "negative"])
    vectors, digest = np.eye(3, 32, dtype=np.float32), document_side_digest(tiny_encoder_folder)
    files = {"base": tiny_encoder_folder, "data": data, "vectors": tmp_path / "v.npy"}
    stored = making(PlannedRun("r", "g"), **files).stored_vectors
    write_vectors(files["vectors"], vectors, texts, digest)
    assert (stored() == vectors).all()
    write_vectors(files["vectors"], vectors, texts, "another encoder")
    with pytest.raises(InputError, match=r"v\.npy: vectors of another encoder"):
        stored()
    write_vectors(files["vectors"], vectors, texts + "!", digest)
    with pytest.raises(InputError, match=r"v\.npy: vectors of other texts"):
        stored()
