import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb

from adiabatic.text.languages import FAMILIES

CODES = " ".join(FAMILIES.values()).split()


def pairs(queries, documents, differences, **columns):
    rows = pd.DataFrame({"query_language": queries, "document_language": documents})
    about = {"difference": differences, "verdict": "non-inferior", "learning_rate": 1e-5}
    about |= {"task": "xnli", "metric": "accuracy"}
    rows = rows.assign(**(about | columns))
    return rows.assign(low=rows["difference"] - 0.01, high=rows["difference"] + 0.01)


@pytest.fixture
def axis_of(draw):
    return lambda rows: draw("languages-xnli", rows).axes[0]


def test_cells_tell_their_verdict_and_colours_are_centred(axis_of):
    rows = pairs(["en", "de"] * 2, ["en", "en", "de", "de"], [0.05, 0.001, -0.03, -0.0],
                 verdict=["improved", "undecided", "inferior", "non-inferior"])  # fmt: skip
    axis = axis_of(rows)
    weights = {text.get_text(): text.get_weight() for text in axis.texts}
    assert weights == {"+5.0": "bold", "(+0.1)": "normal", "−3.0": "bold", "0.0": "normal"}
    low, high = axis.images[0].get_clim()
    assert low == pytest.approx(-high)


def test_languages_are_sorted_by_family(axis_of):
    rows = pairs(["en", "zh", "de"] * 3, np.repeat(["en", "zh", "de"], 3), np.arange(9) / 100)
    axis = axis_of(rows)
    assert [label.get_text() for label in axis.get_yticklabels()] == ["en", "de", "zh"]
    assert axis.images[0].get_array()[1].tolist() == pytest.approx([2, 8, 5])


def test_pairs_that_a_task_does_not_have_stay_blank(axis_of):
    axis = axis_of(pairs(["en", "de"], ["en", "de"], [0.01, 0.02]))
    assert [text.get_text() for text in axis.texts] == ["+1.0", "+2.0"]


def test_one_task_at_one_rate_is_shown_on_the_colours_of_all(draw, written):
    axis = draw("languages-xnli").axes[0]
    assert axis.get_title() == "xnli, accuracy, 1e-5"
    assert axis.get_xlabel() == "language of passages"
    assert axis.get_ylabel() == "language of questions"
    # A loss of 30 points at another rate sets the range, which ends at 20.
    assert axis.images[0].get_clim() == (-20, 20)


def test_a_pool_of_all_languages_has_a_row_a_language(axis_of):
    axis = axis_of(pairs(["en", "zh", "de"], ["pool"] * 3, [0.01, 0.02, 0.03]))
    assert [label.get_text() for label in axis.get_yticklabels()] == ["en", "de", "zh"]
    assert not axis.images


@pytest.mark.parametrize("languages", [9, 15])
def test_texts_stand_out_from_their_cells(axis_of, languages):
    names = [f"l{number:02}" for number in range(languages)]
    rows = pairs(np.tile(names, languages), np.repeat(names, languages),
                 np.linspace(-0.2, 0.2, languages**2))  # fmt: skip
    axis = axis_of(rows)
    image = axis.images[0]
    for text in axis.texts:
        document, query = text.get_position()
        cell = image.cmap(image.norm(image.get_array()[query, document]))
        light, dark = sorted(map(luminance, (to_rgb(text.get_color()), cell)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5
        assert text.get_fontsize() >= 5.5


def luminance(color):
    """Relative luminance (WCAG 2.1)."""
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in color[:3]]
    return np.dot(linear, (0.2126, 0.7152, 0.0722))


def test_cells_without_room_for_a_number_tell_their_verdict(axis_of):
    names = CODES[:25]
    verdicts = np.resize(["improved", "non-inferior", "undecided", "inferior"], 25**2)
    rows = pairs(np.tile(names, 25), np.repeat(names, 25), np.linspace(-0.2, 0.2, 25**2),
                 verdict=verdicts)  # fmt: skip
    axis = axis_of(rows)
    assert {text.get_text() for text in axis.texts} == {"+", "", "?", "!"}
    assert axis.get_title().endswith("(+ improved, ? undecided, ! inferior)")
