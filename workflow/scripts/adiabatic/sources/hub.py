"""Models and data files of the Hugging Face hub, with the commit that they come from."""

from collections.abc import Callable
from pathlib import Path

from huggingface_hub import hf_hub_download, model_info, snapshot_download
from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError, OfflineModeIsEnabled

from adiabatic.io.errors import InputError

# Weights in safetensors, and the small files about them; never pickles, never code.
MODEL_FILES = ["*.safetensors", "*.safetensors.index.json", "*.json", "*.txt", "*.model"]
UNWANTED = ["onnx/*", "openvino/*", "*/*.safetensors"]
FAILURES = (HfHubHTTPError, LocalEntryNotFoundError, OfflineModeIsEnabled, OSError)


def download_model(
    name: str, revision: str | None, check: Callable[[str, list[str]], None]
) -> tuple[Path, str]:
    """Folder of a model of the hub, and the commit that was downloaded.

    Args:
        check: raises InputError unless there is what is needed, from where and names of files,
            before anything is downloaded.

    Raises:
        InputError: the hub does not answer, has no such model or revision, or see `check`.
    """
    try:
        info = model_info(name, revision=revision)
        check(f"base.model: {name}", [file.rfilename for file in info.siblings or []])
        folder = snapshot_download(
            name, revision=info.sha, allow_patterns=MODEL_FILES, ignore_patterns=UNWANTED
        )
    except FAILURES as error:
        raise InputError(_failure("base.model", name, revision, error)) from None
    return Path(folder), str(info.sha)


def download_dataset_file(path: str, revision: str | None) -> tuple[Path, str]:
    """A file of a dataset, given as OWNER/DATASET/FILE, and the commit that was downloaded.

    Raises:
        InputError: the hub does not answer, or has no such file or revision.
    """
    owner, dataset, file = path.split("/", 2)
    try:
        found = hf_hub_download(f"{owner}/{dataset}", file, repo_type="dataset", revision=revision)
    except FAILURES as error:
        raise InputError(_failure("tuning.path", path, revision, error)) from None
    # The cache keeps each file at snapshots/COMMIT/FILE.
    parts = Path(found).parts
    return Path(found), parts[parts.index("snapshots") + 1]


def _failure(key: str, name: str, revision: str | None, error: BaseException) -> str:
    reason = " ".join(str(error).split())[:200]
    return f"{key}: {name} at revision {revision or 'main'} cannot be downloaded ({reason})"
