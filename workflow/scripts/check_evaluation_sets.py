"""Count what the evaluation sets hold, and what of it the tuning data has, too (leakage)."""

from pathlib import Path

import pandas as pd

from adiabatic.cli import command_line
from adiabatic.evaluation.contamination import (
    REMOVE,
    REPORT,
    ItemSet,
    arxiv_items,
    check_evaluation_sets,
    held_out_items,
    task_items,
)
from adiabatic.io.atomic import written_atomically
from adiabatic.io.parquet import read_frame
from adiabatic.report.evaluation_sets import evaluation_sets_caption
from adiabatic.report.files import save_caption, to_latex, to_markdown
from adiabatic.tasks.kinds import ARXIV, HELD_OUT


def main() -> None:
    parser = command_line.parser(__doc__)
    parser.add_argument("--pairs", nargs="+", type=Path, required=True, help="STYLE-LEVEL.parquet")
    parser.add_argument("--tuning", type=Path, required=True, help="tuning.parquet")
    parser.add_argument(
        "--task",
        nargs=3,
        action="append",
        default=[],
        metavar=("NAME", "KIND", "ITEMS"),
        help="an evaluation set; repeatable",
    )
    parser.add_argument(
        "--leakage", choices=[REPORT, REMOVE], default=REPORT, help="what to do about it"
    )
    parser.add_argument("--demonstration", action="store_true", help="say so in the caption")
    parser.add_argument(
        "--left-out", type=Path, required=True, help="items that are not evaluated, parquet"
    )
    parser.add_argument(
        "--out", type=Path, required=True, help="evaluation_sets.csv; .md, .tex, .rst beside"
    )
    arguments = parser.parse_args()
    tuning = read_frame(arguments.tuning)
    pairs = pd.concat([arxiv_items(read_frame(path)) for path in arguments.pairs])
    sets = [
        ItemSet(ARXIV, "triplets", pairs),
        ItemSet(HELD_OUT, "triplets", held_out_items(tuning)),
        *(task_items(name, kind, Path(items)) for name, kind, items in arguments.task),
    ]
    table, left_out = check_evaluation_sets(sets, tuning, arguments.leakage)
    with written_atomically(arguments.left_out) as path:
        left_out.to_parquet(path, index=False)
    people = table.rename(columns=lambda name: name.replace("_", " "))
    texts = {".csv": table.to_csv(index=False), ".md": to_markdown(people)}
    texts[".tex"] = to_latex(people)
    for suffix, text in texts.items():
        with written_atomically(arguments.out.with_suffix(suffix)) as path:
            path.write_text(text, encoding="utf-8")
    caption = evaluation_sets_caption(table)
    save_caption(caption, arguments.out.with_suffix(".rst"), arguments.demonstration)
    command_line.say(table.to_string(index=False))


if __name__ == "__main__":
    command_line.run(main)
