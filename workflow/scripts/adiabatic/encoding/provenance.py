"""Where a model folder comes from: digests, settings and versions, in provenance.json."""

import hashlib
import json
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from adiabatic.encoding.model_folder import DENSE, WEIGHTS, read_settings
from adiabatic.io.errors import InputError

PROVENANCE_FILE = "provenance.json"
LIBRARIES = ("torch", "transformers", "tokenizers", "numpy", "peft")


@dataclass(frozen=True)
class FrozenFiles:
    """What a run must not change: the base's weights and the document vectors.

    vectors: None where no document vectors are read, since documents are encoded anew.
    """

    base: Path
    vectors: Path | None
    digests: dict[str, str]

    @classmethod
    def of(cls, base: Path, vectors: Path | None) -> "FrozenFiles":
        """The files and their digests now; the weights must be those that the base was made of.

        Raises:
            InputError: the weights are not those that the base's provenance names.
        """
        frozen = cls(base, vectors, {})
        digests = frozen.now()
        path = base / PROVENANCE_FILE
        stated = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        if stated.get("weights_sha256", digests["weights"]) != digests["weights"]:
            raise InputError(f"{base}: the weights are not those that {PROVENANCE_FILE} names")
        return cls(base, vectors, digests)

    def now(self) -> dict[str, str]:
        """The digests as the files are now."""
        weights = {"weights": weights_digest(self.base)}
        return (
            weights if self.vectors is None else weights | {"vectors": _file_digest(self.vectors)}
        )

    def check_unchanged(self) -> dict[str, str]:
        """The digests now; raises InputError where a file is not what it was."""
        now = self.now()
        paths = {"weights": self.base, "vectors": self.vectors}
        for name, digest in self.digests.items():
            if now[name] != digest:
                raise InputError(
                    f"{paths[name]}: the {name} changed during the run, which must not be"
                )
        return now


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
    folder: Path,
    base: Path,
    settings: dict[str, Any],
    computed: dict[str, Any],
    parameters: dict[str, int],
    triplets: int,
    data: dict[str, Path],
    frozen: FrozenFiles,
    code: str,
) -> dict[str, Any]:
    """Provenance of a tuned query encoder.

    What is frozen is null where the encoder of documents is tuned, too.

    Args:
        computed: on what device, by how many processes and threads.
        parameters: numbers of parameters, tuned and frozen.
        triplets: of one epoch.
        frozen: the digests before the run of what it must not change.
        code: digest of the code that made it.
    Raises:
        InputError: what must not change has changed.
    """
    after = frozen.check_unchanged()
    return {
        "tuning": settings,
        "computed": computed,
        "parameters": parameters
        | {"frozen_share": round(parameters["frozen"] / sum(parameters.values()), 4)},
        "training_triplets": triplets,
        "frozen_sha256": None
        if frozen.vectors is None
        else {"before": frozen.digests, "after": after},
        "data_sha256": {name: _file_digest(path) for name, path in data.items()},
        "code": code,
        "weights_sha256": weights_digest(folder),
        "base": json.loads((base / PROVENANCE_FILE).read_text(encoding="utf-8")),
        "versions": _versions(),
    }


def repeated_provenance(
    folder: Path, base: Path, settings: dict[str, Any], run: dict[str, Any], code: str
) -> dict[str, Any]:
    """Provenance of what is made from a base and a run of it, whose provenance is given."""
    return {
        "tuning": settings,
        "run": run,
        "code": code,
        "weights_sha256": weights_digest(folder),
        "base": json.loads((base / PROVENANCE_FILE).read_text(encoding="utf-8")),
        "versions": _versions(),
    }


def run_identity(
    settings: dict[str, Any], data: dict[str, Path], frozen: FrozenFiles, code: str
) -> str:
    """Digest of all that decides the weights of a run: settings, data, base, code and libraries."""
    parts = {
        "tuning": settings,
        "data": {name: _file_digest(path) for name, path in data.items()},
        "frozen": frozen.digests,
        "code": code,
        "versions": _versions(),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def write_provenance(folder: Path, provenance: dict[str, Any]) -> None:
    """Write provenance.json into a model folder."""
    text = json.dumps(provenance, indent=2, ensure_ascii=False) + "\n"
    (folder / PROVENANCE_FILE).write_text(text, encoding="utf-8")


def weights_digest(folder: Path) -> str:
    """SHA-256 over the weights' files of a model folder, in the order of their names."""
    paths = [*sorted(folder.glob(WEIGHTS)), *sorted(folder.glob(f"{DENSE}/{WEIGHTS}"))]
    digests = [_file_digest(path) for path in paths]
    return hashlib.sha256("".join(digests).encode()).hexdigest()


def document_side_digest(folder: Path) -> str:
    """Digest of an encoder's weights and of how they are used on documents, not on queries."""
    settings = read_settings(folder)
    used = [
        settings.pooling,
        settings.document_prefix,
        settings.max_document_tokens,
        settings.similarity,
    ]
    text = json.dumps([weights_digest(folder), used])
    return hashlib.sha256(text.encode()).hexdigest()


def _file_digest(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _versions() -> dict[str, str]:
    return {name: version(name) for name in LIBRARIES}
