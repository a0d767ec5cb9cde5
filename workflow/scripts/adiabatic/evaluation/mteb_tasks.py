"""Tasks of the mteb package by name: which there are, and their data from the hub or a folder.

Importing mteb takes seconds, so this is imported only where tasks are configured.
"""

import difflib
import hashlib
import logging
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import datasets
import mteb
from mteb.abstasks import AbsTask
from mteb.get_tasks import TASK_LIST
from mteb.types import PromptType

from adiabatic.io.errors import InputError, shown

# Types of task in which nothing is searched for: one encoder has every text, which is the query's.
ONE_SIDED = ("Classification", "MultilabelClassification", "Clustering", "Regression")
# What the query encoder encodes where two texts are compared; the rest is a document.
QUERY_SIDE = {
    "PairClassification": "first text",
    "STS": "first text",
    "BitextMining": "first text",
    "Summarization": "machine summary",
}
WHERE = "configuration: evaluation.mteb"

logging.getLogger("mteb").setLevel(logging.ERROR)


def chosen_tasks(
    names: Sequence[str], languages: Sequence[str], splits: Sequence[str]
) -> list[AbsTask]:
    """The tasks of these names, reduced to some languages and splits; their data is not loaded.

    Args:
        languages: ISO 639-3 codes; subsets of other languages are left out. None: all subsets.
        splits: those of a task's splits that are evaluated. None: all that mteb evaluates.
    Raises:
        InputError: there is no such task, it is no text task or made of others, or nothing is left.
    """
    return [
        _chosen_task(f"{WHERE}.tasks[{number}]", name, languages, splits)
        for number, name in enumerate(names)
    ]


def query_side(task: AbsTask) -> str:
    """Which texts of a task the query encoder encodes; the others are documents."""
    kind = task.metadata.type
    return "every text" if kind in ONE_SIDED else QUERY_SIDE.get(kind, "query")


@contextmanager
def loaded_task(task: AbsTask, data: Path | None) -> Iterator[dict[str, Any]]:
    """A task with its data, from the folder of its name below `data` where there is one.

    The folder holds the files of the dataset's repository; else the hub is asked, as mteb does.

    Yields:
        Where the data comes from: the hub's dataset and revision, or a folder and a digest of it.
    Raises:
        InputError: the data is not to be had, or is not what the task needs.
    """
    folder = task_folder(data, task.metadata.name)
    if not folder:
        dataset, revision = task.metadata.dataset["path"], task.metadata.revision
        _load_data(task, f"the hub's dataset {dataset}", data or Path("DATA"))
        yield {"dataset": dataset, "revision": revision}
    else:
        # The metadata is the class's, and so shared: it is not changed in place.
        dataset = task.metadata.dataset | {"path": str(folder)}
        task.metadata = task.metadata.model_copy(update={"dataset": dataset})
        with _fresh_cache():
            _load_data(task, str(folder), None)
            yield {"folder": str(folder), "sha256": folder_digest(folder)}
    task.unload_data()


@contextmanager
def _fresh_cache() -> Iterator[None]:
    """A cache of its own for the datasets package, which would not see a changed local file."""
    usual = datasets.config.HF_DATASETS_CACHE
    with tempfile.TemporaryDirectory() as folder:
        datasets.config.HF_DATASETS_CACHE = Path(folder)
        try:
            yield
        finally:
            datasets.config.HF_DATASETS_CACHE = usual


def _load_data(task: AbsTask, where: str, data: Path | None) -> None:
    datasets.disable_progress_bars()
    name = task.metadata.name
    try:
        task.load_data()
    except Exception as error:  # there are hundreds of loaders, and each fails in its own way
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        need = f"; without the hub, its files are needed in {data / name}" if data else ""
        hint = " (evaluation.mteb.data: DATA)" if data == Path("DATA") else ""
        raise InputError(
            f"evaluation.mteb.tasks: {name}: {where} cannot be loaded ({reason}){need}{hint}"
        ) from None


def task_folder(data: Path | None, name: str) -> Path | None:
    """The folder with a task's data; None where there is none, and the hub has it."""
    return data / name if data and (data / name).is_dir() else None


def folder_digest(folder: Path) -> str:
    """SHA-256 over the names and contents of a folder's files."""
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        with open(path, "rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
        digest.update(f"{path.relative_to(folder).as_posix()} {content}\n".encode())
    return digest.hexdigest()


def set_sides(task: AbsTask) -> None:
    """Say which of two texts is the query, where a task compares two and does not say it.

    Without, mteb asks for the vectors of both alike.
    """
    if hasattr(task, "input1_prompt_type") and task.input1_prompt_type is None:
        task.input1_prompt_type = PromptType.query
        task.input2_prompt_type = PromptType.document


def _chosen_task(where: str, name: str, languages: Sequence[str], splits: Sequence[str]) -> AbsTask:
    known = {task.metadata.name: task for task in TASK_LIST}
    if name not in known:
        lower = {other.lower(): other for other in known}
        near = [lower[other] for other in difflib.get_close_matches(name.lower(), lower)]
        hint = f"did you mean {', '.join(near)}? " if near else ""
        raise InputError(
            f"{where}: {shown(name)} found; {hint}the name of a task of mteb {version('mteb')} "
            "is needed"
        )
    parts = getattr(known[name].metadata, "tasks", None)
    if parts:
        names = ", ".join(part.metadata.name for part in parts)
        raise InputError(f"{where}: {name} found, which is made of tasks; name them: {names}")
    if set(known[name].metadata.modalities) != {"text"}:
        found = ", ".join(known[name].metadata.modalities)
        raise InputError(f"{where}: {name} found, a task of {found}; one of text alone is needed")
    try:
        task = mteb.get_task(
            name, languages=languages or None, exclusive_language_filter=bool(languages)
        )
    except ValueError:
        known_languages = sorted(known[name]().languages)
        raise InputError(
            f"{WHERE}.languages: no subset of {name} is in {', '.join(languages)} alone; its "
            f"languages are {', '.join(known_languages)}"
        ) from None
    allowed = list(task.metadata.eval_splits)
    chosen = [split for split in allowed if split in splits] if splits else allowed
    if not chosen:
        raise InputError(
            f"{WHERE}.splits: {', '.join(splits)} found; {name} has {', '.join(allowed)}"
        )
    return task.filter_eval_splits(chosen)
