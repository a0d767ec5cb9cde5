"""Evaluate one query encoder on tasks of the mteb package, documents by the frozen encoder."""

import argparse
import json
from importlib.metadata import version
from pathlib import Path

from adiabatic.cli import command_line
from adiabatic.encoding.devices import chosen_device, use_threads
from adiabatic.encoding.encoder import load_encoder
from adiabatic.encoding.provenance import LIBRARIES, document_side_digest
from adiabatic.evaluation.mteb_encoder import Documents, TwoSidedEncoder, evaluated, read_documents
from adiabatic.evaluation.mteb_tasks import chosen_tasks, loaded_task, query_side
from adiabatic.io.atomic import written_atomically


def parser() -> argparse.ArgumentParser:
    """The options of this script."""
    options = command_line.parser(__doc__)
    options.add_argument("--encoder", type=Path, required=True, help="folder of the query encoder")
    options.add_argument(
        "--document-encoder", type=Path, required=True, help="folder of the document encoder"
    )
    options.add_argument("--documents", type=Path, help="vectors of documents that it gave before")
    options.add_argument("--documents-out", type=Path, help="where to write those vectors")
    options.add_argument("--tasks", nargs="+", required=True, help="names of mteb's tasks")
    options.add_argument("--languages", nargs="+", default=[], help="ISO 639-3; left out: all")
    options.add_argument("--splits", nargs="+", default=[], help="left out: those mteb evaluates")
    options.add_argument("--data", type=Path, help="folder with data in folders of tasks' names")
    options.add_argument("--threads", type=int, default=1, help="of torch")
    options.add_argument("--out", type=Path, required=True, help="scores, JSON")
    return options


def main() -> None:
    arguments = parser().parse_args()
    use_threads(arguments.threads)
    device, folder = chosen_device(), arguments.document_encoder
    digest = document_side_digest(folder)
    document_encoder = load_encoder(folder, device=device)
    known = read_documents(arguments.documents, digest) if arguments.documents else None
    documents = Documents(lambda texts: document_encoder.encode(texts, "document"), known)
    encoder = TwoSidedEncoder(load_encoder(arguments.encoder, device=device), documents)
    tasks = []
    for task in chosen_tasks(arguments.tasks, arguments.languages, arguments.splits):
        with loaded_task(task, arguments.data) as source:
            about = {
                "task": task.metadata.name,
                "type": task.metadata.type,
                "metric": task.metadata.main_score,
                "query_side": query_side(task),
                "source": source,
            }
            tasks.append(about | {"scores": evaluated(encoder, task)})
        for score in tasks[-1]["scores"]:
            place = f"{about['task']} {score['split']} {score['subset']}"
            command_line.say(f"{place}: {about['metric']} {score['main_score']:.4f}")
    versions = {name: version(name) for name in ("mteb", "datasets", *LIBRARIES)}
    text = json.dumps({"versions": versions, "tasks": tasks}, indent=2, ensure_ascii=False)
    if arguments.documents_out:
        with written_atomically(arguments.documents_out) as path:
            documents.save(path, digest)
    with written_atomically(arguments.out) as path:
        path.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    command_line.run(main)
