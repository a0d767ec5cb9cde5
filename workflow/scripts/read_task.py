"""Read one multilingual evaluation set into a parquet file of items."""

from pathlib import Path

from adiabatic.cli import command_line
from adiabatic.io.atomic import written_atomically
from adiabatic.io.errors import InputError
from adiabatic.tasks.beir import write_beir
from adiabatic.tasks.beir_folder import SPLIT
from adiabatic.tasks.kinds import DOCUMENT_COLUMNS
from adiabatic.tasks.reading import read_task


def main() -> None:
    parser = command_line.parser(__doc__)
    parser.add_argument(
        "--kind", choices=list(DOCUMENT_COLUMNS), required=True, help="of the items"
    )
    parser.add_argument(
        "--path",
        nargs="+",
        required=True,
        help="a file (beir: folder) for each language, or one path, {language} standing for the "
        "language; of kind own the one file",
    )
    parser.add_argument(
        "--languages",
        nargs="*",
        default=[],
        help="the first is the reference; none: those of a file of kind own",
    )
    parser.add_argument("--split", default=SPLIT, help="of the judgments; read for kind beir")
    parser.add_argument(
        "--limit", type=int, help="items (beir: queries) per language, evenly spaced"
    )
    parser.add_argument(
        "--columns",
        nargs="+",
        default=[],
        metavar="WHAT=NAME",
        help="of kind own: names of the columns query, document, language, item, negative",
    )
    parser.add_argument("--out", type=Path, required=True, help="parquet file of the items")
    arguments = parser.parse_args()
    columns = dict(named(column) for column in arguments.columns)
    languages = arguments.languages
    with written_atomically(arguments.out) as path:
        if arguments.kind == "beir":
            # Passages may be too many for a frame: they go from file to file.
            counts = write_beir(
                arguments.path[0], languages, arguments.split, arguments.limit, path
            )
        else:
            items, counts = read_task(
                arguments.kind, arguments.path, languages, arguments.limit, columns
            )
            items.to_parquet(path, index=False)
            languages = items["language"].unique()
    words = command_line.in_words(counts)
    command_line.say(f"{arguments.path[0]}: {words} (languages {', '.join(languages)})")


def named(column: str) -> tuple[str, str]:
    """What a column holds, and its name in the file."""
    what, sign, name = column.partition("=")
    if not sign:
        raise InputError(f"--columns: {column!r} found; WHAT=NAME is needed")
    return what, name


if __name__ == "__main__":
    command_line.run(main)
