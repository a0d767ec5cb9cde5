"""List which parameters of the base are tuned, by the runs of the grid and by each ablation."""

from pathlib import Path

import pandas as pd

from adiabatic import command_line
from adiabatic.freezing import parameter_names, trained_names

FROZEN, TUNED = "frozen", "tuned"


def main() -> None:
    parser = command_line.parser(__doc__)
    parser.add_argument("--base", type=Path, required=True, help="folder of the base encoder")
    parser.add_argument(
        "--freeze", nargs="*", default=[], help="sets or patterns of names that are not tuned"
    )
    parser.add_argument(
        "--ablation",
        nargs="+",
        action="append",
        default=[],
        metavar=("NAME", "PATTERN"),
        help="an ablation and what it does not tune; repeatable",
    )
    parser.add_argument("--out", type=Path, required=True, help="CSV, a row for each parameter")
    arguments = parser.parse_args()
    names = sorted(parameter_names(arguments.base))
    tuned = {"default": trained_names(names, tuple(arguments.freeze))}
    for name, *freeze in arguments.ablation:
        tuned[name] = trained_names(names, tuple(freeze), f"tuning.ablations ({name}): freeze")
    columns = {
        variant: [TUNED if name in chosen else FROZEN for name in names]
        for variant, chosen in tuned.items()
    }
    with command_line.written_atomically(arguments.out) as path:
        pd.DataFrame({"parameter": names} | columns).to_csv(path, index=False)
    for variant, chosen in tuned.items():
        command_line.say(f"{variant}: {len(chosen)} of {len(names)} parameters are tuned")


if __name__ == "__main__":
    command_line.run(main)
