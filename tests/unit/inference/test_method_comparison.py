import dataclasses
import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.text import Annotation, Text
from planted_outcomes import HOW, base_right, better_english, outcomes, worse_chinese

from adiabatic.inference.method_comparison import (
    MethodRun,
    compared_methods,
    costs_of,
    method_row,
    pareto,
    queries_drift,
)
from adiabatic.inference.summary import values_of
from adiabatic.report.costs import costs_caption, costs_table
from adiabatic.report.figures.methods import methods_figure
from adiabatic.report.methods import methods_caption, methods_table

NAN = float("nan")


def worse_between(task, subset, query, document, item):
    """German queries lose a quarter of the items, on documents in other languages only."""
    lost = query == "de" != document and item % 4 == 0
    return better_english(task, subset, query, document, item) and not lost


@pytest.fixture(scope="module")
def rows():
    base, *methods = (
        values_of(outcomes(right), "en")
        for right in (base_right, better_english, worse_chinese, worse_between)
    )
    return [method_row(base, runs, HOW) for runs in ([methods[0]] * 2, *([m] for m in methods[1:]))]


def test_the_worst_language_is_found_with_where_it_loses(rows):
    kept, chinese, between = rows
    assert (kept["seeds"], kept["english_gain"], kept["n"]) == (2, 0.5, 40)
    assert 0.3 < kept["english_low"] < 0.5 < kept["english_high"] < 0.7
    assert kept["worst_difference"] == kept["across_change"] == 0
    # Three languages, each on its own documents and on those of the others.
    assert kept["comparisons"] == 6
    assert (chinese["worst_language"], chinese["worst_documents"]) == ("zh", "same")
    assert (chinese["worst_difference"], chinese["worst_task"]) == (-0.5, "xnli")
    assert chinese["worst_low"] < -0.5 < chinese["worst_high"] < 0
    assert chinese["lowest_low"] <= chinese["worst_low"]
    # Two of the six pairs of different languages have Chinese queries, and lose half.
    assert chinese["across_change"] == pytest.approx(-0.5 / 3)
    assert (between["worst_language"], between["worst_documents"]) == ("de", "different")
    assert between["worst_difference"] == -0.25
    assert between["across_change"] == pytest.approx(-0.25 / 3)
    assert between["across_low"] < -0.25 / 3 < between["across_high"]


def test_one_language_alone_has_no_other_documents():
    only = outcomes(base_right)
    only = only[(only["query_language"] == "en") & (only["document_language"] == "en")]
    values = values_of(only, "en")
    row = method_row(values, [values], HOW)
    assert np.isnan(row["across_change"])
    assert row["comparisons"] == 1


@given(st.lists(st.tuples(st.integers(-3, 3), st.integers(-3, 3)), min_size=1, max_size=9))
def test_the_front_is_what_nothing_dominates(points):
    gains, worst = (np.array(values, dtype=float) for values in zip(*points, strict=True))
    front = pareto(gains, worst)
    for (x, y), kept in zip(points, front, strict=True):
        beaten = any(a >= x and b >= y and (a, b) != (x, y) for a, b in points)
        assert kept == (not beaten)


def methods_frame(rows):
    about = [
        {"name": "adiabatic", "method": "query-encoder", "learning_rate": 1e-5, "alpha": NAN},
        {"name": "both", "method": "joint", "learning_rate": 2e-5, "alpha": NAN},
        {"name": "half", "method": "interpolation", "learning_rate": 1e-5, "alpha": 0.5},
    ]
    return compared_methods(
        [one | row | {"drift": 0.1} for one, row in zip(about, rows, strict=True)]
    )


def test_the_base_stands_first_and_the_index_is_told(rows):
    frame = methods_frame(rows)
    assert frame["name"].tolist() == ["base", "adiabatic", "both", "half"]
    assert frame["stored_index"].tolist() == ["yes", "yes", "no", "yes"]
    # The first keeps all and gains as much as the others, so it beats them, and the base.
    assert frame["pareto"].tolist() == [False, True, False, False]
    table = methods_table(frame)
    assert table["method"].tolist() == [
        "base", "adiabatic", "both (joint)", "half (interpolation)",
    ]  # fmt: skip
    assert table["English gain (points)"][1].startswith("+50.0 [")
    assert table["which"].tolist()[2:] == ["zh, xnli", "de, xnli (documents in others)"]
    assert table["alpha"].tolist() == ["", "", "", "0.5"]
    assert table.loc[0, "worst language (points)"] == ""
    how = dataclasses.replace(HOW, non_inferiority_margin=0.2)
    caption = methods_caption(frame, how.non_inferiority_margin, how.confidence)
    assert "worst of 6 comparisons" in caption
    assert "1 of 3 are shown to keep all languages within 20 points, of which" in caption
    assert "of which adiabatic (rate 1e-05) gains most" in caption
    assert caption.endswith("not dominated in both: adiabatic (rate 1e-05).")
    assert "None is shown to keep all" in methods_caption(frame, 0.001, how.confidence)


def test_drift_is_the_mean_of_tasks_without_arxiv():
    drift = pd.DataFrame(
        [
            ("queries", "arxiv, title", "en", 9.0),
            ("queries", "held-out", "en", 0.1),
            ("queries", "qa", "en", 0.2),
            ("queries", "qa", "de", 0.4),
            ("gap", "qa", "every", 7.0),
        ],
        columns=["kind", "name", "language", "value"],
    )
    assert queries_drift(drift) == pytest.approx(0.2)
    assert np.isnan(queries_drift(drift[:0]))


def test_costs_are_medians_and_count_what_a_method_needs(tmp_path):
    def took(job, seconds):
        (tmp_path / f"{job}.tsv").write_text(f"s\th:m:s\n{seconds}\t0:00:01\n")

    took("tune_query_encoder-lr1-seed0", 30)
    took("tune_query_encoder-lr1-seed1", 50)
    took("interpolate_weights-half-lr1-seed0", 2)
    took("fit_adapter-procrustes", 5)
    took("tune_query_encoder-both-lr1-seed0", 70)
    took("embed_documents-both-lr1-seed0-arxiv", 11)
    took("embed_documents-both-lr1-seed0-qa", 12)

    def cost(method, *runs, repeats=""):
        planned = [MethodRun(run, "name", method, 1.0, NAN, repeats) for run in runs]
        row = costs_of(planned, tmp_path, ["arxiv", "qa"], 1234)
        assert row["seeds"] == len(runs)
        return row["tuning_seconds"], row["embedding_seconds"], row["documents"]

    assert cost("query-encoder", "lr1-seed0", "lr1-seed1") == (40, 0, 0)
    assert cost("interpolation", "half-lr1-seed0", repeats="lr1-seed0") == (32, 0, 0)
    assert cost("procrustes", "procrustes") == (5, 0, 0)
    assert cost("joint", "both-lr1-seed0") == (70, 23, 1234)
    assert cost("bm25", "bm25") == (0, 0, 0)
    assert np.isnan(cost("lora", "gone")[0])
    frame = pd.DataFrame(
        [
            {"name": name, "method": name, "learning_rate": 1.0, "alpha": NAN, "seeds": 1}
            | {"tuning_seconds": s, "embedding_seconds": e, "documents": d}
            for name, (s, e, d) in (("lora", (NAN, 0.0, 0)), ("joint", (70.0, 23.0, 1234)))
        ]
    )
    assert costs_table(frame)["tuning (s)"].tolist() == ["unknown", "70"]
    assert "embeds 1,234 documents again, in 23 s" in costs_caption(frame)


def synthetic_methods():
    """Nine methods with many rates, some of them close together."""
    rates = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3]
    gains = [0, 0.001, 0.01, 0.03, 0.045, -0.1]
    worst = [0, -0.001, -0.004, -0.014, -0.04, -0.4]
    about = [("adiabatic", "query-encoder", rate, NAN) for rate in rates]
    about += [("usual", "query-encoder", 2e-4, NAN), ("both", "joint", 1e-4, NAN)]
    about += [("lora", "lora", rate, NAN) for rate in (1e-4, 1e-3)]
    about += [("adapter", "linear-adapter", 1e-3, NAN), ("procrustes", "procrustes", NAN, NAN)]
    about += [("averaged", "interpolation", 1e-3, alpha) for alpha in (0.25, 0.5, 0.75)]
    about += [("bm25", "bm25", NAN, NAN)]
    gains += [0.05, 0.07, 0.03, 0.04, 0.02, -0.03, 0.035, 0.045, 0.04, 0.09]
    worst += [-0.05, -0.02, -0.02, -0.06, -0.04, -0.1, -0.01, -0.025, -0.07, -0.6]
    rows = [
        dict(zip(("name", "method", "learning_rate", "alpha"), one, strict=True))
        | {"english_gain": x, "english_low": x - 0.02, "english_high": x + 0.02}
        | {"worst_difference": y, "worst_low": y - 0.03, "worst_high": y + 0.03}
        | {"lowest_low": y - 0.03}
        | {"n": 9, "worst_language": "de", "worst_task": "qa", "worst_documents": "same"}
        for one, x, y in zip(about, gains, worst, strict=True)
    ]
    return compared_methods(rows)


def test_the_figure_has_a_look_a_method_and_labels_that_cover_nothing():
    frame = synthetic_methods()
    figure = methods_figure(frame, 0.02)
    (axis,) = figure.axes
    (legend,) = figure.legends
    texts = [text.get_text() for text in legend.get_texts()]
    assert texts[0] == "non-inferiority margin"
    assert {"adiabatic", "usual, rate 0.0002", "averaged, rate 0.001", "bm25"} < set(texts)
    lines = {line.get_label(): line for line in axis.lines}
    methods = [line for label, line in lines.items() if label in texts[1:-1]]
    looks = {(line.get_marker(), line.get_color()) for line in methods}
    assert len(looks) == len(methods) == 9
    assert lines["averaged, rate 0.001"].get_xdata() == pytest.approx([3.5, 4.5, 4.0])
    # The step line goes through what is not dominated, from the left edge to the bottom.
    front = lines["not dominated"].get_xydata()
    kept = frame[frame["pareto"]].sort_values("english_gain")
    points = kept[["english_gain", "worst_difference"]].to_numpy() * 100
    assert front[1:-1].ravel() == pytest.approx(points.ravel())
    labels = [text for text in axis.texts if isinstance(text, Annotation)]
    assert {label.get_text() for label in labels} >= {"0.001", "0.25", "0.5", "0.75"}
    boxes = [Text.get_window_extent(label) for label in labels]
    for one, other in itertools.combinations(boxes, 2):
        assert not one.overlaps(other)
    markers = axis.transData.transform(frame[["english_gain", "worst_difference"]].to_numpy() * 100)
    for box in boxes:
        assert not box.count_contains(markers)
        assert axis.get_window_extent().count_overlaps([box])


def test_two_baselines_of_one_method_are_told_apart():
    frame = synthetic_methods().assign(pareto=True)
    frame.loc[frame["name"] == "lora", "method"] = "query-encoder"
    (axis,) = methods_figure(frame, 0.02).axes
    lines = {line.get_label(): line for line in axis.lines}
    fills = {name: lines[name].get_fillstyle() for name in ("usual, rate 0.0002", "lora")}
    assert fills == {"usual, rate 0.0002": "full", "lora": "none"}
