"""Export a tuned query encoder as servers load it, and prove that they compute the same.

The export takes its name only where every installed library computes the pipeline's vectors.
"""

import argparse
import sys
from pathlib import Path

import pandas as pd

from adiabatic.cli import command_line
from adiabatic.encoding.devices import use_threads
from adiabatic.encoding.encoder import Encoder, load_encoder
from adiabatic.encoding.provenance import PROVENANCE_FILE
from adiabatic.export.folders import write_flat_folder, write_router_folder
from adiabatic.export.loaders import EARLIER, LOADERS, QUERY_ENCODER, ROUTER
from adiabatic.export.model_card import About, model_card
from adiabatic.export.onnx_model import write_onnx
from adiabatic.export.parity import (
    agreement_of,
    agreement_table,
    check_agreements,
    queries_of,
)
from adiabatic.io.atomic import folder_written_atomically
from adiabatic.io.json_files import read_json
from adiabatic.io.parquet import read_frame

# Documents by which the Router's other route is checked.
DOCUMENTS = 100


def parser() -> argparse.ArgumentParser:
    """The options of this script."""
    options = command_line.parser(__doc__)
    options.add_argument("--run", required=True, help="its name")
    options.add_argument("--encoder", type=Path, required=True, help="folder of the run")
    options.add_argument("--base", type=Path, required=True, help="folder of the base encoder")
    options.add_argument("--tasks", type=Path, nargs="*", default=[], help="evaluation sets")
    options.add_argument("--tuning", type=Path, required=True, help="tuning.parquet")
    options.add_argument("--tables", type=Path, required=True, help="folder of the tables")
    options.add_argument("--margin", type=float, required=True, help="of non-inferiority")
    options.add_argument("--out", type=Path, required=True, help="folder of the export")
    return options


def main() -> None:
    arguments = parser().parse_args()
    use_threads(1)
    tuned, base = load_encoder(arguments.encoder), load_encoder(arguments.base)
    texts = texts_by_language(arguments.tasks, arguments.tuning)
    queries = queries_of(texts)
    documents = read_frame(arguments.tuning)["positive"].drop_duplicates()[:DOCUMENTS].tolist()
    packages = Path(sys.prefix) / EARLIER
    with folder_written_atomically(arguments.out) as folder:
        write_flat_folder(tuned, "query", folder / QUERY_ENCODER)
        write_onnx(tuned, folder / QUERY_ENCODER / "onnx/model.onnx")
        write_router_folder(tuned, base, folder / ROUTER)
        expected = {False: tuned.encode(queries, "query"), True: base.encode(documents, "document")}
        found = []
        for loader in LOADERS.values():
            asked = documents if loader.document else queries
            vectors = expected[loader.document]
            one = agreement_of(loader, folder, asked, vectors, packages)
            told = f"least cosine {one.least_cosine:.6f}" if one.tried else "not installed"
            command_line.say(f"{one.loader} {one.version}: {told}")
            found.append(one)
        check_agreements(found)
        table = agreement_table(found)
        table.to_csv(folder / "parity.csv", index=False, float_format="%.8g")
        card = model_card(about(arguments, tuned, list(texts), table))
        (folder / QUERY_ENCODER / "README.md").write_text(card, encoding="utf-8")
    command_line.say(
        f"{arguments.out}: {len(queries)} queries, {len(documents)} documents compared"
    )


def texts_by_language(tasks: list[Path], tuning: Path) -> dict[str, list[str]]:
    """Queries by language, of all evaluation sets, and those of the tuning data as English."""
    frames = [read_frame(path)[["language", "query"]].dropna() for path in tasks]
    english = read_frame(tuning)[["query"]].assign(language="en")
    rows = pd.concat([*frames, english], ignore_index=True)
    return {name: part["query"].tolist() for name, part in rows.groupby("language", sort=False)}


def about(
    arguments: argparse.Namespace, tuned: Encoder, languages: list[str], table: pd.DataFrame
) -> About:
    """What the model card is made of."""
    runs = pd.read_csv(arguments.tables / "runs.csv", keep_default_na=False).set_index("run")
    return About(
        name=arguments.run,
        provenance=read_json(arguments.encoder / PROVENANCE_FILE),
        run=runs.loc[arguments.run],
        forest=pd.read_csv(arguments.tables / "forest.csv", keep_default_na=False),
        status=(arguments.tables / "verdict.rst").read_text(encoding="utf-8").strip(),
        languages=languages,
        agreements=table,
        margin=arguments.margin,
        similarity=tuned.settings.similarity,
        query_prefix=tuned.settings.query_prefix,
    )


if __name__ == "__main__":
    command_line.run(main)
