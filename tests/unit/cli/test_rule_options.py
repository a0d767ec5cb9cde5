"""Options from what a rule names, as its shell and the script's parser read them."""

import argparse
import shlex

import pytest
from snakemake.rules import Rule

from adiabatic.cli.rule_options import options_from


def words(inputs=(), outputs=(), **settings):
    """The words of the options, as a shell splits them."""
    given = {"input": dict(inputs), "output": dict(outputs), "threads": 1}
    return shlex.split(options_from(**settings)({"style": "title"}, **given))


def test_snakemake_does_not_take_options_for_a_consequence_of_files():
    """Else a changed setting would rerun nothing."""
    assert not Rule._is_deriving_function(options_from(seed=1))


def test_named_inputs_outputs_and_settings_are_options():
    found = words({"papers": "a.parquet"}, {"out": ["x y.csv", "z.csv"]}, min_length=3)
    assert found == shlex.split("--papers a.parquet --out 'x y.csv' z.csv --min-length 3")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, []),
        (False, []),
        ([], []),
        (True, ["--x"]),
        (0, ["--x", "0"]),
        ("", ["--x", ""]),
        (["a", "b c"], ["--x", "a", "b c"]),
        (lambda wildcards: wildcards["style"], ["--x", "title"]),
        ("it's $HOME", ["--x", "it's $HOME"]),
    ],
)
def test_a_value_is_as_many_words_as_it_has_parts(value, expected):
    assert words(x=value) == expected


def test_a_setting_takes_the_place_of_an_input_of_its_name():
    assert words({"plan": "plan.json", "caption": "c.rst"}, caption=None) == ["--plan", "plan.json"]
    assert words(outputs={"out": ["a", "b"]}, out="folder") == ["--out", "folder"]


def test_what_starts_with_a_hyphen_is_still_a_value():
    parser = argparse.ArgumentParser()
    parser.add_argument("--margin", type=float)
    parser.add_argument("--prefix")
    parsed = parser.parse_args(words(margin=-0.5, prefix="--query: "))
    assert (parsed.margin, parsed.prefix) == (-0.5, "--query: ")
