"""Read one multilingual evaluation set (a file or folder per language) into a parquet file."""

from pathlib import Path

from adiabatic import command_line
from adiabatic.beir import write_beir
from adiabatic.beir_folder import SPLIT
from adiabatic.corpora import DOCUMENT_COLUMNS
from adiabatic.tasks import read_task


def main() -> None:
    parser = command_line.parser(__doc__)
    parser.add_argument(
        "--kind", choices=list(DOCUMENT_COLUMNS), required=True, help="of the items"
    )
    parser.add_argument(
        "--path", required=True, help="files, {language} standing for the language; beir: folders"
    )
    parser.add_argument("--languages", nargs="+", required=True, help="the first is the reference")
    parser.add_argument("--split", default=SPLIT, help="of the judgments; read for kind beir")
    parser.add_argument(
        "--limit", type=int, help="items (beir: queries) per language, evenly spaced"
    )
    parser.add_argument("--out", type=Path, required=True, help="parquet file of the items")
    arguments = parser.parse_args()
    source = (arguments.path, arguments.languages)
    with command_line.written_atomically(arguments.out) as path:
        if arguments.kind == "beir":
            # Passages may be too many for a frame: they go from file to file.
            counts = write_beir(*source, arguments.split, arguments.limit, path)
            where = f"in {len(arguments.languages)} languages together"
        else:
            items, counts = read_task(arguments.kind, *source, arguments.limit)
            items.to_parquet(path, index=False)
            where = f"in each of {len(arguments.languages)} languages"
    command_line.say(f"{arguments.path}: {command_line.in_words(counts)} {where}")


if __name__ == "__main__":
    command_line.run(main)
