from adiabatic.io.errors import shown


def test_a_value_is_shown_on_one_line_and_never_longer_than_asked():
    assert shown("two\nlines") == r"'two\nlines'"
    assert shown(None) == "None"
    long = shown("x" * 100, longest=20)
    assert len(long) == 20
    assert long.endswith("...")
