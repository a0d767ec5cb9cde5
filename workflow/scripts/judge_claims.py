"""Judge the claims of adiabatic tuning, each with its number and interval, and list all pairs."""

import argparse
from itertools import groupby
from pathlib import Path

import pandas as pd

from adiabatic.cli import command_line
from adiabatic.cli.inference_options import add_inference_options, inference_of
from adiabatic.inference.claims import (
    FROZEN_OUTPUT,
    PRECISION,
    ROLES,
    Claim,
    claims_at,
    claims_frame,
)
from adiabatic.inference.language_pairs import LANGUAGE_COLUMNS, language_rows
from adiabatic.inference.summary import Values, values_of
from adiabatic.inference.window_claims import (
    frozen_output_claim,
    other_languages,
    precision_claim,
    rate_beyond,
    window_claims,
)
from adiabatic.io.atomic import written_atomically
from adiabatic.io.parquet import read_frame
from adiabatic.report.claims import claims_caption, claims_table
from adiabatic.report.files import save_caption, to_latex, to_markdown

GRID = "-"


def parser() -> argparse.ArgumentParser:
    """The options of this script."""
    options = command_line.parser(__doc__)
    options.add_argument("--base", type=Path, required=True, help="outcomes of the base")
    options.add_argument(
        "--run",
        nargs=4,
        action="append",
        required=True,
        metavar=("ABLATION", "RATE", "SEED", "OUTCOMES"),
        help=f"outcomes of a run, of the sweep ({GRID}) or of an ablation; repeatable",
    )
    options.add_argument(
        "--role",
        nargs=2,
        action="append",
        default=[],
        metavar=("ABLATION", "SETTING"),
        help=f"what an ablation tests: {' or '.join(ROLES.values())}; repeatable",
    )
    options.add_argument("--ablations", type=Path, help="folder of ablation-NAME.csv")
    add_inference_options(options)
    options.add_argument("--demonstration", action="store_true", help="say so in the caption")
    options.add_argument("--languages", type=Path, required=True, help="languages.csv")
    options.add_argument(
        "--out", type=Path, required=True, help="claims.csv; .md, .tex, .rst beside"
    )
    return options


def main() -> None:
    arguments = parser().parse_args()
    how = inference_of(arguments)

    def values(path: Path | str) -> Values:
        return values_of(read_frame(path), arguments.reference)

    base, roles = values(arguments.base), dict(arguments.role)
    claims: dict[str, list[Claim]] = {}
    languages = []
    runs = sorted((name, float(r), int(seed), path) for name, r, seed, path in arguments.run)
    paths = {run[:3]: run[3] for run in runs}
    for (name, rate), seeds in groupby(runs, key=lambda run: run[:2]):
        tuned = [values(path) for *_, path in seeds]
        ablation = "" if name == GRID else name
        claims.setdefault(ablation, []).extend(claims_at(rate, base, tuned, how, ablation))
        command_line.say(f"{ablation or 'grid'}, learning rate {rate:g}: {len(tuned)} seeds")
        if name == GRID:
            languages.extend(language_rows(rate, base, tuned, how))
    told = [*claims[""], *window_claims(claims[""], how)]
    for name, setting in roles.items():
        if setting == ROLES[FROZEN_OUTPUT]:
            rate, spared = rate_beyond(claims[""], claims[name]), None
            if rate is not None:
                seeds = [seed for of, r, seed in paths if (of, r) == (name, rate)]
                repeated, ablated = (
                    [values(paths[of, rate, seed]) for seed in seeds] for of in (GRID, name)
                )
                spared = other_languages(repeated, ablated, how)
            claim = frozen_output_claim(claims[""], claims[name], name, spared, how)
            told += [*claims[name], claim]
        elif setting == ROLES[PRECISION]:
            rows = pd.read_csv(arguments.ablations / f"ablation-{name}.csv")
            told.append(precision_claim(rows, name, how.confidence))
    frame = claims_frame(told)
    table = claims_table(frame)
    texts = {".md": to_markdown(table), ".tex": to_latex(table)}
    texts[".csv"] = frame.to_csv(index=False, float_format="%.6g")
    for suffix, text in texts.items():
        with written_atomically(arguments.out.with_suffix(suffix)) as path:
            path.write_text(text, encoding="utf-8")
    with written_atomically(arguments.languages) as path:
        every = pd.concat(languages) if languages else pd.DataFrame(columns=LANGUAGE_COLUMNS)
        every.to_csv(path, index=False, float_format="%.6g")
    caption = claims_caption(frame)
    save_caption(caption, arguments.out.with_suffix(".rst"), arguments.demonstration)
    command_line.say(caption)


if __name__ == "__main__":
    command_line.run(main)
