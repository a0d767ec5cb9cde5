"""Compare the runs' scores on mteb's tasks with the base's, by learning rate."""

import argparse
import json
from pathlib import Path

from adiabatic.cli import command_line
from adiabatic.evaluation.mteb_scores import RunScores, compared, score_rows
from adiabatic.io.atomic import written_atomically
from adiabatic.report.files import save_caption, to_latex, to_markdown
from adiabatic.report.mteb import scores_caption, scores_table


def parser() -> argparse.ArgumentParser:
    """The options of this script."""
    options = command_line.parser(__doc__)
    options.add_argument("--base", type=Path, required=True, help="the base's scores, JSON")
    options.add_argument(
        "--run",
        nargs=3,
        action="append",
        required=True,
        metavar=("RUNS", "RATE", "SCORES"),
        help="grid or the name of a baseline, learning rate (or nan), scores; repeatable",
    )
    options.add_argument("--demonstration", action="store_true", help="say so in the caption")
    options.add_argument("--out", type=Path, required=True, help="the table, CSV; others beside it")
    return options


def main() -> None:
    arguments = parser().parse_args()
    base = score_rows(read_scores(arguments.base))
    runs = [
        RunScores(name, float(rate), score_rows(read_scores(Path(path))))
        for name, rate, path in arguments.run
    ]
    rows = compared(base, runs)
    table, caption = scores_table(rows), scores_caption(rows)
    texts = {
        ".csv": rows.to_csv(index=False, float_format="%.6g"),
        ".md": to_markdown(table),
        ".tex": to_latex(table),
    }
    for suffix, text in texts.items():
        with written_atomically(arguments.out.with_suffix(suffix)) as path:
            path.write_text(text, encoding="utf-8")
    save_caption(caption, arguments.out.with_suffix(".rst"), arguments.demonstration)
    command_line.say(caption)


def read_scores(path: Path) -> dict:
    """A run's scores, as evaluate_mteb writes them."""
    return json.loads(path.read_text(encoding="utf-8"))


if __name__ == "__main__":
    command_line.run(main)
