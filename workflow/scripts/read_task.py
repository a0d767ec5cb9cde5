"""Read one multilingual evaluation set (a file per language) into a parquet file of items."""

from pathlib import Path

from adiabatic import command_line
from adiabatic.corpora import DOCUMENT_COLUMNS
from adiabatic.tasks import read_task


def main() -> None:
    parser = command_line.parser(__doc__)
    parser.add_argument(
        "--kind", choices=list(DOCUMENT_COLUMNS), required=True, help="of the items"
    )
    parser.add_argument("--path", required=True, help="files, {language} standing for the language")
    parser.add_argument("--languages", nargs="+", required=True, help="the first is the reference")
    parser.add_argument("--limit", type=int, help="items per language, evenly spaced")
    parser.add_argument("--out", type=Path, required=True, help="parquet file of the items")
    arguments = parser.parse_args()
    items, counts = read_task(arguments.kind, arguments.path, arguments.languages, arguments.limit)
    with command_line.written_atomically(arguments.out) as path:
        items.to_parquet(path, index=False)
    words = command_line.in_words(counts)
    command_line.say(f"{arguments.path}: {words} in each of {len(arguments.languages)} languages")


if __name__ == "__main__":
    command_line.run(main)
