"""Evaluate BM25, indexed by language, on every task: outcomes item by item, as of an encoder."""

from pathlib import Path

from adiabatic.cli import command_line
from adiabatic.evaluation.bm25 import lexical_sets
from adiabatic.evaluation.outcomes import joined, outcomes_of_set
from adiabatic.evaluation.sets import arxiv_sets, held_out_set, task_set, without_left_out
from adiabatic.io.atomic import written_atomically


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
    parser.add_argument("--left-out", type=Path, help="items that are not evaluated, parquet")
    parser.add_argument("--out", type=Path, required=True, help="outcomes, parquet")
    arguments = parser.parse_args()
    sets = [*arxiv_sets(arguments.pairs), held_out_set(arguments.tuning)]
    sets += [task_set(name, kind, Path(items)) for name, kind, items in arguments.task]
    sets = without_left_out(sets, arguments.left_out)
    outcomes = joined(outcomes_of_set(index, part) for index, part in lexical_sets(sets))
    with written_atomically(arguments.out) as path:
        outcomes.to_parquet(path, index=False, compression="zstd")
    command_line.say(f"{arguments.out}: {len(outcomes)} items")
    shares = outcomes.groupby(["task", "subset"], observed=True)["right"].mean()
    command_line.say(shares.to_string())


if __name__ == "__main__":
    command_line.run(main)
