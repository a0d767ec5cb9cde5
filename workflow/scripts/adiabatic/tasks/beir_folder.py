"""Files of an evaluation set in BEIR's format: corpus, queries, and judgments by split."""

from pathlib import Path

from adiabatic.io.errors import InputError

SPLIT = "test"


def beir_files(folder: Path, split: str = SPLIT) -> dict[str, Path]:
    """Files of corpus, queries and judgments, each plain or, where that is missing, .gz.

    Raises:
        InputError: one of them is there in neither form.
    """
    names = {"corpus": "corpus.jsonl", "queries": "queries.jsonl", "qrels": f"qrels/{split}.tsv"}
    files = {}
    for part, name in names.items():
        found = [path for path in (folder / name, folder / f"{name}.gz") if path.is_file()]
        if not found:
            raise InputError(
                f"{folder}: neither {name} nor {name}.gz found; BEIR's format needs it"
            )
        files[part] = found[0]
    return files
