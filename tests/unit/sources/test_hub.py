"""What is asked of the hub's client; tests/cli/test_hub.py asks a server."""

from types import SimpleNamespace

import pytest

from adiabatic.io.errors import InputError
from adiabatic.sources import hub


@pytest.fixture
def client(monkeypatch, tmp_path):
    """A client of a hub with one model; what it was asked to download."""
    asked = []

    def download(name, **options):
        asked.append((name, options))
        return str(tmp_path)

    files = [SimpleNamespace(rfilename=name) for name in ("config.json", "model.safetensors")]
    info = SimpleNamespace(sha="c0ffee", siblings=files)
    monkeypatch.setattr(hub, "model_info", lambda name, revision: info)
    monkeypatch.setattr(hub, "snapshot_download", download)
    return asked


def test_a_model_is_downloaded_at_the_commit_that_was_checked(client, tmp_path):
    checked = []
    folder, commit = hub.download_model("o/m", "main", lambda *given: checked.append(given))
    assert (folder, commit) == (tmp_path, "c0ffee")
    assert checked == [("base.model: o/m", ["config.json", "model.safetensors"])]
    ((name, options),) = client
    assert (name, options["revision"]) == ("o/m", "c0ffee")
    assert not any(
        pattern.endswith((".bin", ".py", ".pkl")) for pattern in options["allow_patterns"]
    )


def test_nothing_is_downloaded_of_a_model_that_lacks_what_is_needed(client):
    def refuse(where, names):
        raise InputError(f"{where}: no")

    with pytest.raises(InputError, match=r"base\.model: o/m: no"):
        hub.download_model("o/m", None, refuse)
    assert client == []


def test_a_failed_download_is_one_line_with_the_revision(monkeypatch):
    def fail(*given, **options):
        raise OSError("no route\nto host")

    monkeypatch.setattr(hub, "hf_hub_download", fail)
    expected = (
        r"tuning\.path: o/d/f\.jsonl at revision main cannot be downloaded \(no route to host\)"
    )
    with pytest.raises(InputError, match=expected):
        hub.download_dataset_file("o/d/f.jsonl", None)


def test_the_commit_of_a_file_is_read_from_the_cache(monkeypatch):
    asked = []

    def cached(repository, file, **options):
        asked.append((repository, file))
        return f"/cache/datasets--o--d/snapshots/c0ffee/{file}"

    monkeypatch.setattr(hub, "hf_hub_download", cached)
    path, commit = hub.download_dataset_file("o/d/deep/f.jsonl", None)
    assert asked == [("o/d", "deep/f.jsonl")]
    assert (path.name, commit) == ("f.jsonl", "c0ffee")
