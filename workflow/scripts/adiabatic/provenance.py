"""Where a model folder comes from: digests, settings and versions, in provenance.json."""

import hashlib
import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

from adiabatic.source_digest import source_digest

PROVENANCE_FILE = "provenance.json"
LIBRARIES = ("torch", "transformers", "tokenizers", "numpy")


def base_provenance(folder: Path, source: str, model: str, revision: str | None) -> dict[str, Any]:
    """Provenance of a base; `revision` is the commit on the hub, None for a local folder."""
    return {
        "source": source,
        "model": model,
        "revision": revision,
        "weights_sha256": weights_digest(folder),
        "versions": _versions(),
    }


def run_provenance(
    folder: Path, base: Path, settings: dict[str, Any], triplets: int, data: dict[str, Path]
) -> dict[str, Any]:
    """Provenance of a tuned query encoder: settings, triplets of one epoch, data, code, base."""
    return {
        "tuning": settings,
        "training_triplets": triplets,
        "data_sha256": {name: _file_digest(path) for name, path in data.items()},
        "code": source_digest("tune_query_encoder"),
        "weights_sha256": weights_digest(folder),
        "base": json.loads((base / PROVENANCE_FILE).read_text(encoding="utf-8")),
        "versions": _versions(),
    }


def write_provenance(folder: Path, provenance: dict[str, Any]) -> None:
    """Write provenance.json into a model folder."""
    text = json.dumps(provenance, indent=2, ensure_ascii=False) + "\n"
    (folder / PROVENANCE_FILE).write_text(text, encoding="utf-8")


def weights_digest(folder: Path) -> str:
    """SHA-256 over the safetensors files of a model folder, in the order of their names."""
    digests = [_file_digest(path) for path in sorted(folder.glob("*.safetensors"))]
    return hashlib.sha256("".join(digests).encode()).hexdigest()


def _file_digest(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _versions() -> dict[str, str]:
    return {name: version(name) for name in LIBRARIES}
