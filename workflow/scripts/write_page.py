"""Write the page for decision-makers: status, figures, costs, what was not tested."""

import argparse
import json
from pathlib import Path

from adiabatic.cli import command_line
from adiabatic.cli.inference_options import add_inference_options, inference_of
from adiabatic.io.atomic import written_atomically
from adiabatic.report.material import Material
from adiabatic.report.page import PageFigure, page

FIGURES = {
    "forest": "Is my language safe?",
    "window": "Difference from the base by rate",
}


def parser() -> argparse.ArgumentParser:
    """The options of this script."""
    options = command_line.parser(__doc__)
    options.add_argument("--experiment", required=True, help="its name")
    options.add_argument("--results", type=Path, required=True, help="the experiment's folder")
    options.add_argument(
        "--approximate", nargs="*", default=[], help="tasks searched by an approximate index"
    )
    add_inference_options(options)
    options.add_argument("--demonstration", action="store_true", help="say so on the page")
    options.add_argument("--out", type=Path, required=True, help="one HTML file")
    return options


def main() -> None:
    arguments = parser().parse_args()
    results = arguments.results
    material = Material.read(results, inference_of(arguments), arguments.selection_share)
    figures = [
        PageFigure(title, png, caption_of(results / "tables" / f"{name}.rst"))
        for name, title in FIGURES.items()
        if (png := results / "figures" / f"{name}.png").exists()
    ]
    provenance = results / "runs" / material.plan.sweep[0].name / "provenance.json"
    counts = json.loads(provenance.read_text(encoding="utf-8"))["parameters"]
    parameters = {key: counts[key] for key in ("tuned", "frozen")}
    text = page(
        material,
        arguments.experiment,
        figures,
        parameters,
        arguments.approximate,
        arguments.demonstration,
    )
    with written_atomically(arguments.out) as path:
        path.write_text(text, encoding="utf-8")
    command_line.say(f"{arguments.out}: {material.choice.status}")


def caption_of(path: Path) -> str:
    """The first paragraph of a caption."""
    return path.read_text(encoding="utf-8").split("\n\n")[0].replace("\\@", "@").strip()


if __name__ == "__main__":
    command_line.run(main)
