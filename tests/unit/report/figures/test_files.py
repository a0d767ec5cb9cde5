"""What all figures have in common, as files."""

import re
import zlib

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from matplotlib.text import Text

from adiabatic.plan.methods import METHODS
from adiabatic.report.figures import style
from adiabatic.report.figures.files import save_figure

from .conftest import SHOWN


@pytest.fixture
def saved(draw, written, tmp_path):
    """Save a figure; returns the path of its PDF."""

    def save(name, folder="figures"):
        caption = tmp_path / "caption.rst"
        caption.write_text(f"What {name} shows.\n")
        out = tmp_path / folder / f"{name}.pdf"
        save_figure(draw(name), pd.DataFrame({"x": [0.1234567891]}), caption, out)
        return out

    return save


@pytest.mark.parametrize("name", SHOWN)
def test_fonts_are_embedded_and_bytes_are_the_same_each_time(saved, name):
    pdf, again = saved(name), saved(name, "again")
    content = pdf.read_bytes()
    # Type 42 can be edited and searched; journals refuse type 3.
    streams = re.findall(rb"stream\n(x.*?)\nendstream", content, re.DOTALL)
    whole = content + b"".join(map(zlib.decompress, streams))
    assert b"/Type3" not in whole
    assert b"/FontFile2" in whole
    for suffix in (".pdf", ".png", ".csv", ".rst"):
        one, other = pdf.with_suffix(suffix), again.with_suffix(suffix)
        assert one.read_bytes() == other.read_bytes()
    assert pdf.with_suffix(".png").read_bytes().startswith(b"\x89PNG")
    assert pdf.with_suffix(".csv").read_text() == "x\n0.123457\n"
    assert pdf.with_suffix(".rst").read_text() == f"What {name} shows.\n"


@pytest.mark.parametrize("name", SHOWN)
def test_a_figure_has_the_width_of_a_column_or_page_and_readable_type(draw, saved, name):
    size = re.search(rb"/MediaBox \[ 0 0 ([\d.]+) ([\d.]+) \]", saved(name).read_bytes())
    assert float(size[1]) in (pytest.approx(72 * style.COLUMN), pytest.approx(72 * style.PAGE))
    figure = draw(name)
    figure.draw_without_rendering()
    texts = figure.findobj(Text)
    sizes = [text.get_fontsize() for text in texts if text.get_text().strip()]
    assert min(sizes) >= 5.5


@pytest.mark.parametrize("name", SHOWN)
def test_nothing_is_cut_off_and_labels_of_an_axis_do_not_touch(draw, name):
    figure = draw(name)
    figure.draw_without_rendering()
    renderer = figure.canvas.get_renderer()
    whole = figure.bbox
    for axis in figure.axes:
        for text in (axis.title, axis.xaxis.label, axis.yaxis.label):
            if axis.get_visible() and text.get_text():
                box = text.get_window_extent(renderer)
                assert box.x0 >= whole.x0 - 1, text.get_text()
                assert box.x1 <= whole.x1 + 1, text.get_text()
                assert box.y0 >= whole.y0 - 1, text.get_text()
                assert box.y1 <= whole.y1 + 1, text.get_text()
        for which, labels in enumerate((axis.get_xticklabels(), axis.get_yticklabels())):
            low, high = sorted((axis.get_xlim, axis.get_ylim)[which]())
            inside = [
                label.get_window_extent(renderer)
                for label in labels
                if axis.get_visible() and label.get_visible() and label.get_text()
                and low <= label.get_position()[which] <= high
            ]  # fmt: skip
            for number, box in enumerate(inside):
                assert not any(box.overlaps(other) for other in inside[number + 1 :])


@pytest.mark.parametrize("name", SHOWN)
def test_signs_are_true_minus_signs_and_no_zero_has_one(draw, name):
    figure = draw(name)
    figure.draw_without_rendering()
    for text in (part.get_text() for part in figure.findobj(Text)):
        # What is set as mathematics has true ones.
        if not text.startswith("$"):
            assert not re.search(r"(?<![\w.])-\d", text), text
            assert not re.search(r"[−-]0(\.0)?\b(?!\.)", text), text


def test_a_colour_of_a_verdict_means_nothing_else():
    lines = [style.ENGLISH_LINE, style.NON_ENGLISH_LINE, style.CROSS_LINGUAL_LINE]
    others = [color for color, _, _ in (*lines, *style.OTHER_LINES)]
    assert len(set(others)) == len(others)
    others += [row.color for row in METHODS.values()]
    assert not {color for color, _ in style.VERDICTS.values()} & set(others)
    assert style.MARGIN_LINE["color"] == style.VERDICTS["inferior"][0]


def seen_by(color, kind):
    """A colour as people with a colour vision deficiency see it (Viénot et al. 1999)."""
    linear = np.array(to_rgb(color)) ** 2.2
    to_lms = np.array([[17.8824, 43.5161, 4.11935], [3.45565, 27.1554, 3.86714],
                       [0.0299566, 0.184309, 1.46709]])  # fmt: skip
    long, middle, short = to_lms @ linear
    if kind == "protanopia":
        long = 2.02344 * middle - 2.52581 * short
    else:
        middle = 0.494207 * long + 1.24827 * short
    return np.linalg.inv(to_lms) @ (long, middle, short)


@pytest.mark.parametrize("kind", ["protanopia", "deuteranopia"])
def test_verdicts_differ_to_colour_blind_readers_in_colour_and_to_all_in_marker(kind):
    colors = [seen_by(color, kind) for color, _ in style.VERDICTS.values()]
    apart = [np.abs(a - b).max() for n, a in enumerate(colors) for b in colors[n + 1 :]]
    assert min(apart) > 0.05
    markers = [marker for _, marker in style.VERDICTS.values()]
    assert len(set(markers)) == len(markers)
