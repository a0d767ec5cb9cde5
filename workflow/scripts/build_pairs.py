"""Build the (anchor, positive, negative) triplets of one anchor style, one file per level."""

from pathlib import Path

from adiabatic import command_line
from adiabatic.frames import read_frame
from adiabatic.pairs import LEVELS, STYLES, build_pairs


def main() -> None:
    parser = command_line.parser(__doc__)
    parser.add_argument("--papers", type=Path, required=True, help="papers.parquet")
    parser.add_argument("--style", choices=STYLES, required=True, help="what is the anchor")
    parser.add_argument(
        "--levels",
        nargs="+",
        choices=LEVELS,
        required=True,
        help="of difficulty, from easy to hard",
    )
    parser.add_argument("--anchors", type=int, required=True, help="the same at every level")
    parser.add_argument("--seed", type=int, required=True, help="of all draws")
    parser.add_argument("--out", nargs="+", type=Path, required=True, help="a file for each level")
    arguments = parser.parse_args()
    if len(arguments.out) != len(arguments.levels):
        parser.error(f"--out: {len(arguments.out)} files for {len(arguments.levels)} levels")
    frames, counts = build_pairs(
        read_frame(arguments.papers),
        arguments.style,
        arguments.levels,
        arguments.anchors,
        arguments.seed,
    )
    for level, out in zip(arguments.levels, arguments.out, strict=True):
        with command_line.written_atomically(out) as path:
            frames[level].to_parquet(path, index=False)
        mean = frames[level]["similarity"].mean()
        command_line.say(f"{out}: {len(frames[level])} triplets, mean TF-IDF similarity {mean:.3f}")
    for name, count in counts.items():
        command_line.say(f"{name}: {count}")


if __name__ == "__main__":
    command_line.run(main)
