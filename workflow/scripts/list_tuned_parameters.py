"""List the parameters that are tuned: those of the base that no pattern freezes."""

from pathlib import Path

from adiabatic import command_line
from adiabatic.freezing import parameter_names, trained_names


def main() -> None:
    parser = command_line.parser(__doc__)
    parser.add_argument("--base", type=Path, required=True, help="folder of the base encoder")
    parser.add_argument(
        "--freeze", nargs="*", default=[], help="patterns of parameter names that are not tuned"
    )
    parser.add_argument("--out", type=Path, required=True, help="a name a line")
    arguments = parser.parse_args()
    names = parameter_names(arguments.base)
    tuned = trained_names(names, tuple(arguments.freeze))
    with command_line.written_atomically(arguments.out) as path:
        path.write_text("".join(f"{name}\n" for name in sorted(tuned)), encoding="utf-8")
    command_line.say(f"{len(tuned)} of {len(names)} parameters are tuned")


if __name__ == "__main__":
    command_line.run(main)
