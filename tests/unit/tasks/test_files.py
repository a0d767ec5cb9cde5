from pathlib import Path

import pytest

from adiabatic.io.errors import InputError
from adiabatic.tasks.files import TaskFiles


def test_a_path_stands_for_the_file_of_every_language():
    expected = {"en": Path("x/en.tsv"), "de": Path("x/de.tsv")}
    assert TaskFiles(["x/{language}.tsv"], ["en", "de"]).by_language() == expected
    assert TaskFiles(["x/en.tsv", "x/de.tsv"], ["en", "de"]).by_language() == expected
    assert TaskFiles(["x/en.tsv"], ["en"]).by_language() == {"en": Path("x/en.tsv")}


def test_one_file_never_serves_two_languages():
    with pytest.raises(InputError, match="one file found for 2 languages"):
        TaskFiles(["x/en.tsv"], ["en", "de"]).by_language()


def test_as_many_files_as_languages_are_needed():
    with pytest.raises(InputError, match="2 files found for 3 languages"):
        TaskFiles(["en", "de"], ["en", "de", "fr"]).by_language()
