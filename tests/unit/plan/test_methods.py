"""Rows of the registry of methods, against the code and the settings that they name."""

from dataclasses import fields

import pytest

from adiabatic.plan.methods import DEFAULTS, METHODS, SETTINGS, SWEEP_METHOD
from adiabatic.plan.registry import implementation
from adiabatic.tuning.settings import TuningSettings

EVERY_METHOD = pytest.mark.parametrize("method", METHODS.values(), ids=list(METHODS))


@EVERY_METHOD
def test_a_method_names_code_that_exists_to_make_runs_or_to_search(method):
    places = [place for place in (method.make, method.search) if place]
    assert len(places) == 1
    assert callable(implementation(places[0]))


@EVERY_METHOD
def test_a_method_reads_settings_that_a_run_has(method):
    known = {field.name for field in fields(TuningSettings)}
    assert set(method.settings) <= known
    # Each has a value where the configuration's entry of the method says nothing.
    assert set(method.settings) <= {*SETTINGS, *DEFAULTS, *method.required}
    assert set(method.required) <= set(method.settings)


@EVERY_METHOD
def test_what_repeats_runs_of_the_sweep_is_of_their_rates_and_seeds(method):
    assert method.tuned or not method.repeats
    assert method.moves_queries == (not method.search)


def test_methods_can_be_told_apart_in_figures():
    looks = [(method.marker, method.color) for method in METHODS.values()]
    assert len(set(looks)) == len(looks)


def test_the_sweep_reads_every_setting():
    assert METHODS[SWEEP_METHOD].settings == SETTINGS
