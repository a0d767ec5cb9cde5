"""Write the tables of an experiment: CSV for programs; Markdown, HTML and LaTeX for people."""

import argparse
from pathlib import Path

from adiabatic.cli import command_line
from adiabatic.cli.inference_options import add_inference_options, inference_of
from adiabatic.io.atomic import written_atomically
from adiabatic.report.files import save_table
from adiabatic.report.macros import numbers_tex
from adiabatic.report.material import Material
from adiabatic.report.tables import tables_of


def parser() -> argparse.ArgumentParser:
    """The options of this script."""
    options = command_line.parser(__doc__)
    options.add_argument("--experiment", required=True, help="its name, as macros start with it")
    options.add_argument("--results", type=Path, required=True, help="the experiment's folder")
    options.add_argument("--tables", nargs="+", required=True, help="names of those to write")
    add_inference_options(options)
    options.add_argument("--demonstration", action="store_true", help="say so in the captions")
    options.add_argument("--out", type=Path, required=True, help="folder of the tables")
    return options


def main() -> None:
    arguments = parser().parse_args()
    how = inference_of(arguments)
    material = Material.read(arguments.results, how, arguments.selection_share)
    for name, table in tables_of(material, arguments.tables).items():
        save_table(table, arguments.out / f"{name}.csv", arguments.demonstration)
        command_line.say(f"{name}: {len(table.rows)} rows")
    text = numbers_tex(material, arguments.experiment, arguments.demonstration)
    with written_atomically(arguments.out / "numbers.tex") as path:
        path.write_text(text, encoding="utf-8")
    command_line.say(material.choice.status)


if __name__ == "__main__":
    command_line.run(main)
