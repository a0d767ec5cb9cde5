"""An index from its file to tuning's vectors, by the scripts; and their one line on bad input."""

import json

import numpy as np
import pandas as pd
import pytest
from finished import failed
from planted_index import texts_of, write_parquet

from adiabatic.encoding.encoder import load_encoder
from adiabatic.encoding.provenance import document_side_digest

COUNT = 80
TEXTS = texts_of(COUNT)


@pytest.fixture(scope="module")
def vectors(tiny_encoder_folder):
    return load_encoder(tiny_encoder_folder).encode(TEXTS, "document")


@pytest.fixture
def steps(script_here, tiny_encoder_folder, tmp_path, write_lines):
    """Run the three scripts on an index of some vectors and texts, up to the first that fails."""

    def run(vectors, texts=TEXTS, pairs=None, check=60, **options):
        ids = [f"d{number}" for number in range(len(vectors))]
        index = write_parquet(tmp_path / "i.parquet", ids, vectors, texts)
        pairs = pairs or [
            {"query": text, "positive_id": name} for name, text in zip(ids, TEXTS, strict=True)
        ]
        folder, base = tmp_path / "index", ["--base", tiny_encoder_folder]
        commands = (
            ("read_index", "--source", "parquet", "--path", index, "--out", folder),
            (
                "check_index", "--index", folder, *base, "--check-documents", check,
                "--out", folder / "check.json",
            ),
            (
                "match_pairs", "--file", write_lines("pairs.jsonl", pairs), "--index", folder,
                "--check", folder / "check.json", *base, "--validation", 10, "--below", 0.95,
                "--seed", 0, "--vectors", tmp_path / "tuning.npy", "--report",
                tmp_path / "pairs.json", "--out", tmp_path / "tuning.parquet",
                *(part for option in options.items() for part in option),
            ),
        )  # fmt: skip
        for command in commands:
            done = script_here(*command)
            if done.returncode:
                return done
        return done

    return run


def test_tunings_vectors_are_the_indexes(steps, vectors, tmp_path, tiny_encoder_folder):
    done = steps(vectors)
    assert done.returncode == 0, done.stderr
    check = json.loads((tmp_path / "index/check.json").read_text())
    assert (check["documents"], check["agreeing"], check["stored_as"]) == (60, 60, "float32")
    frame = pd.read_parquet(tmp_path / "tuning.parquet")
    assert frame.columns.tolist() == ["query", "positive", "negative", "split"]
    texts = pd.concat([frame["positive"], frame["negative"]]).drop_duplicates()
    rows = [TEXTS.index(text) for text in texts]
    assert np.array_equal(np.load(tmp_path / "tuning.npy"), vectors[rows])
    origin = json.loads((tmp_path / "tuning.json").read_text())
    assert origin["encoder"] == document_side_digest(tiny_encoder_folder)
    counts = json.loads((tmp_path / "pairs.json").read_text())
    assert (counts["positives_by_id"], counts["used"]) == (COUNT, COUNT)
    assert f"{COUNT} positives by id" in done.stdout


def test_the_log_says_what_the_check_found(
    steps, vectors, script_here, tiny_encoder_folder, tmp_path
):
    steps(vectors.astype(np.float16))
    done = script_here(
        "check_index", "--index", tmp_path / "index", "--base", tiny_encoder_folder,
        "--check-documents", 60, "--out", tmp_path / "check.json",
    )  # fmt: skip
    assert "60 documents embedded anew, 60 agree with what is stored (float16); one" in done.stdout


def test_codes_of_eight_bits_are_brought_to_unit_length(steps, vectors, tmp_path):
    done = steps(np.rint(vectors * 127).astype(np.int8))
    assert done.returncode == 0, done.stderr
    lengths = np.linalg.norm(np.load(tmp_path / "tuning.npy"), axis=1)
    assert np.allclose(lengths, 1, atol=1e-6)


def test_an_index_of_another_model_stops_before_anything_is_tuned(steps, vectors, tmp_path):
    other = np.random.default_rng(0).normal(size=vectors.shape)
    assert failed(steps(other), "index: 60 documents embedded anew", "another model altogether")
    assert not (tmp_path / "index/check.json").exists()
    assert not (tmp_path / "tuning.parquet").exists()


def test_without_texts_only_what_needs_them_says_so(steps, vectors, tmp_path):
    none = [None] * COUNT
    assert failed(steps(vectors, none), "no document has a text", "check_documents: 0")
    some = [text if number < 70 else None for number, text in enumerate(TEXTS)]
    done = steps(vectors, none, check=0)
    assert done.returncode == 0, done.stderr
    assert steps(vectors, some).returncode == 0
    assert len(pd.read_parquet(tmp_path / "tuning.parquet")) == COUNT
    for name in ("tuning.parquet", "tuning.npy", "pairs.json"):
        (tmp_path / name).unlink()
    done = steps(vectors, some, **{"--need-texts": "joint"})
    assert failed(done, "10 of the 80 documents that are tuned on have no text", "which joint in")
    assert not (tmp_path / "tuning.parquet").exists()
    assert not (tmp_path / "tuning.npy").exists()


def test_an_unchecked_index_must_have_the_bases_dimension(steps, vectors):
    longer = np.concatenate([vectors, vectors], axis=1)
    assert failed(steps(longer, check=0), "vectors of 64 numbers found, and the base gives 32")
    assert failed(steps(vectors[:, :16], check=0), "dimension cut to 16 of 32 (Matryoshka)")


def test_bad_content_is_one_line_and_leaves_nothing(steps, vectors, tmp_path):
    bad = vectors.copy()
    bad[3, 0] = np.nan
    assert failed(steps(bad), "i.parquet: id 'd3' has NaN or infinity in its vector")
    assert not (tmp_path / "index/vectors.npy").exists()
    pairs = [{"query": "q", "positive": "none"}]
    assert failed(steps(vectors, pairs=pairs), "none of their positives is in the index")


def test_read_index_refuses_a_secret_on_its_command_line(run_script, tmp_path):
    pytest.importorskip("qdrant_client", reason="qdrant-client is not installed: make qdrant")
    url = "http://localhost:1/?api_key=s3cret"
    done = run_script(
        "read_index", "--source", "qdrant", "--collection", "c", "--url", url, "--out", tmp_path
    )
    assert failed(done, "index.url: a password or key found in it")
    assert "s3cret" not in done.stderr
