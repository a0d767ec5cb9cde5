"""Scripts that download, against a server on this machine that speaks the hub's protocol."""

import json
from pathlib import Path

import pytest
from hub_server import COMMIT, hub


@pytest.fixture(scope="module")
def model_files(tmp_path_factory):
    from adiabatic.pretraining import BaseSizes, pretrain_base

    folder = tmp_path_factory.mktemp("model")
    sentences = [["the sun", "the moon", "the sea"], ["die sonne", "der mond", "das meer"]]
    encoder = pretrain_base(sentences, BaseSizes(1, 16, 1, 1), 0, lambda line: None)
    encoder.model.save_pretrained(folder)
    encoder.tokenizer.save_pretrained(folder)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def at_hub(tmp_path, monkeypatch):
    """Point the hub's client to a server and to an empty cache."""

    def point(url):
        monkeypatch.setenv("HF_ENDPOINT", url)
        monkeypatch.setenv("HF_HOME", str(tmp_path / "cache"))
        monkeypatch.setenv("HF_HUB_DISABLE_XET", "1")
        for proxy in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.delenv(proxy, raising=False)
            monkeypatch.delenv(proxy.lower(), raising=False)

    return point


def test_a_model_is_downloaded_without_pickles_and_code(run_script, at_hub, model_files, tmp_path):
    more = {"pytorch_model.bin": b"pickle", "modeling_own.py": b"code", "onnx/model.onnx": b"onnx"}
    with hub({"models/owner/tiny-e5-model": model_files | more}) as (url, fetched):
        at_hub(url)
        done = run_script(
            "prepare_base", "--source", "hub", "--model", "owner/tiny-e5-model",
            "--max-query-tokens=16", "--out", tmp_path / "base",
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "model.safetensors" in fetched
    assert not {"pytorch_model.bin", "modeling_own.py", "onnx/model.onnx"} & set(fetched)
    provenance = json.loads((tmp_path / "base/provenance.json").read_text())
    assert provenance["revision"] == COMMIT
    assert len(provenance["weights_sha256"]) == 64
    settings = json.loads((tmp_path / "base/encoder.json").read_text())
    assert settings["query_prefix"] == "query: "
    assert settings["max_query_tokens"] == 16


@pytest.mark.parametrize(
    ("model", "revision", "words"),
    [
        ("owner/none", "main", "base.model: owner/none at revision main cannot be downloaded"),
        ("owner/tiny", "f" * 40, f"revision {'f' * 40} cannot be downloaded"),
        ("owner/tiny", "main", "only pickled weights (pytorch_model.bin) found"),
    ],
)
def test_what_the_hub_has_not_is_one_line(
    run_script, at_hub, model_files, tmp_path, model, revision, words
):
    files = {name: content for name, content in model_files.items() if "safetensors" not in name}
    with hub({"models/owner/tiny": files | {"pytorch_model.bin": b""}}) as (url, _):
        at_hub(url)
        done = run_script(
            "prepare_base", "--source", "hub", "--model", model, "--revision", revision,
            "--out", tmp_path / "base",
        )  # fmt: skip
    assert done.returncode == 2
    assert words in done.stderr.splitlines()[-1]
    assert not (tmp_path / "base").exists()


def test_a_hub_that_does_not_answer_is_one_line(run_script, at_hub, tmp_path):
    at_hub("http://127.0.0.1:9")
    done = run_script(
        "download_tuning_data", "--path", "owner/set/file.jsonl", "--out", tmp_path / "file.jsonl"
    )
    assert done.returncode == 2
    assert "tuning.path: owner/set/file.jsonl" in done.stderr.splitlines()[-1]
    assert not (tmp_path / "file.jsonl").exists()


def test_a_file_of_a_dataset_is_downloaded(run_script, at_hub, tmp_path):
    with hub({"datasets/owner/set": {"deep/file.jsonl.gz": b"content"}}) as (url, _):
        at_hub(url)
        out = tmp_path / "file.jsonl.gz"
        done = run_script(
            "download_tuning_data", "--path", "owner/set/deep/file.jsonl.gz", "--out", out
        )
    assert done.returncode == 0, done.stderr
    assert Path(out).read_bytes() == b"content"
    assert COMMIT in done.stdout
