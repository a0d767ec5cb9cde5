import re
from types import SimpleNamespace

import pytest

from adiabatic.cli.stages import _common, stage_rows


class File(str):
    """An output as Snakemake has it: a pattern with wildcards that may match."""

    def match(self, file):
        parts = re.split(r"{(\w+)}", self)
        pattern = "".join(
            f"(?P<{part}>[^/]+)" if number % 2 else re.escape(part)
            for number, part in enumerate(parts)
        )
        return re.fullmatch(pattern, file)


def rule(name, stage, inputs, outputs, about=""):
    return SimpleNamespace(
        name=name, snakefile=f"rules/{stage}.smk", docstring=f"{about}\n\nMore.",
        input=inputs, output=list(map(File, outputs)),
    )  # fmt: skip


RULES = [
    rule("read", "sources", [lambda wildcards: f"raw/{wildcards.task}"], ["data/{task}"], "Reads."),
    rule("download", "sources", [], ["raw/hub"], "Downloads."),
    rule("tune_encoder_a", "tune", ["data/x"], ["run/a"], "Tunes."),
    rule("tune_encoder_b", "tune", ["data/x", "data/y"], ["run/b"], "Tunes."),
    rule("score", "evaluate", ["run/{run}", "data/y"], ["score/{run}"], "Scores."),
    rule("all", "Snakefile", ["score/a"], []),
]


def test_rules_that_have_something_to_do_are_told_by_stage():
    rows = stage_rows(RULES, ["score/a", "score/b"])
    assert [tuple(row.values()) for row in rows] == [
        ("sources", "", "read", 2, "Reads."),
        ("tune", "sources", "tune_encoder", 2, "Tunes."),
        ("evaluate", "sources tune", "score", 2, "Scores."),
    ]


def test_what_is_not_wanted_is_left_out():
    assert [row["rule"] for row in stage_rows(RULES, ["run/a"])] == ["read", "tune_encoder_a"]


@pytest.mark.parametrize(
    ("names", "common"),
    [
        (["embed"], "embed"),
        (["embed_a", "embed_again_b"], "embed"),
        (["tune_lr1", "tune_lr2"], "tune"),
    ],
)
def test_rules_of_one_kind_have_whole_words_in_common(names, common):
    assert _common(names) == common
