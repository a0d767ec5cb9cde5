"""Scripts that download, against a server on this machine that speaks the hub's protocol."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hub_server import COMMIT, hub


@pytest.fixture(scope="module")
def model_files(tmp_path_factory):
    from adiabatic.encoding.pretraining import BaseSizes, pretrain_base

    folder = tmp_path_factory.mktemp("model")
    sentences = [["the sun", "the moon", "the sea"], ["die sonne", "der mond", "das meer"]]
    encoder = pretrain_base(sentences, BaseSizes(1, 16, 1, 1), 0, lambda line: None)
    encoder.model.save_pretrained(folder)
    encoder.tokenizer.save_pretrained(folder)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")


def hub_variables(url, cache):
    """What points the hub's client to a server and to an empty cache."""
    return {"HF_ENDPOINT": url, "HF_HOME": str(cache), "HF_HUB_DISABLE_XET": "1"}


@pytest.fixture
def at_hub(tmp_path, monkeypatch):
    """Point the hub's client to a server and to an empty cache."""

    def point(url):
        for name, value in hub_variables(url, tmp_path / "cache").items():
            monkeypatch.setenv(name, value)
        for name in PROXIES:
            monkeypatch.delenv(name, raising=False)

    return point


@pytest.fixture(scope="module", autouse=True)
def asked_in_vain(tmp_path_factory):
    """A download that no hub answers, and its file: it asks for 23 s, while other tests go on."""
    folder = tmp_path_factory.mktemp("vain")
    script = Path(__file__).resolve().parents[2] / "workflow/scripts/download_tuning_data.py"
    command = [sys.executable, script, "--path", "owner/set/file.jsonl"]
    command += ["--out", folder / "file.jsonl"]
    environment = {name: value for name, value in os.environ.items() if name not in PROXIES}
    environment |= hub_variables("http://127.0.0.1:9", folder / "cache")
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        yield process, folder / "file.jsonl"
        process.kill()


def test_a_model_is_downloaded_without_pickles_and_code(
    start_script, at_hub, model_files, tmp_path
):
    more = {"pytorch_model.bin": b"pickle", "modeling_own.py": b"code", "onnx/model.onnx": b"onnx"}
    with hub({"models/owner/tiny-e5-model": model_files | more}) as (url, fetched):
        at_hub(url)
        done = start_script(
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


def test_a_file_of_a_dataset_is_downloaded(start_script, at_hub, tmp_path):
    with hub({"datasets/owner/set": {"deep/file.jsonl.gz": b"content"}}) as (url, _):
        at_hub(url)
        out = tmp_path / "file.jsonl.gz"
        done = start_script(
            "download_tuning_data", "--path", "owner/set/deep/file.jsonl.gz", "--out", out
        )
    assert done.returncode == 0, done.stderr
    assert Path(out).read_bytes() == b"content"
    assert COMMIT in done.stdout


def test_a_hub_that_does_not_answer_is_one_line(asked_in_vain):
    process, file = asked_in_vain
    _, errors = process.communicate()
    assert process.returncode == 2
    assert "tuning.path: owner/set/file.jsonl" in errors.splitlines()[-1]
    assert not file.exists()
