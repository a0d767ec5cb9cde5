from dataclasses import dataclass

import pytest

from adiabatic.plan.registry import implementation, registry


@dataclass(frozen=True)
class Row:
    name: str
    size: int = 0


def test_rows_are_known_by_their_names_in_their_order():
    table = registry(Row("b", 1), Row("a", 2))
    assert list(table) == ["b", "a"]
    assert table["a"].size == 2


def test_two_rows_of_one_name_are_an_error():
    with pytest.raises(ValueError, match="two rows of a registry have the same name"):
        registry(Row("a", 1), Row("b"), Row("a", 2))


def test_a_place_is_the_function_of_that_name_in_that_module():
    assert implementation("adiabatic.plan.registry:registry") is registry
    with pytest.raises(AttributeError):
        implementation("adiabatic.plan.registry:nothing")
