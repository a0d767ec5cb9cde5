import argparse

import pytest

from adiabatic.cli.inference_options import add_inference_options, inference_of

GIVEN = ["--non-inferiority-margin", "0.02", "--confidence", "0.95", "--selection-share", "0.5"]


@pytest.fixture
def parser():
    options = argparse.ArgumentParser()
    add_inference_options(options)
    return options


def test_options_say_how_differences_are_judged(parser):
    arguments = parser.parse_args([*GIVEN, "--reference", "de"])
    how = inference_of(arguments)
    assert (how.non_inferiority_margin, how.confidence, how.reference) == (0.02, 0.95, "de")
    assert arguments.selection_share == 0.5
    assert inference_of(parser.parse_args(GIVEN)).reference == "en"


@pytest.mark.parametrize("missing", [0, 2, 4])
def test_nothing_that_decides_has_a_default(parser, missing, capsys):
    with pytest.raises(SystemExit):
        parser.parse_args(GIVEN[:missing] + GIVEN[missing + 2 :])
    assert GIVEN[missing] in capsys.readouterr().err
