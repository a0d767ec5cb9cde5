import dataclasses

from adiabatic.report.methods import methods_caption


def test_a_row_a_candidate_and_the_base_first(tables):
    shown = tables["methods"].shown
    assert shown["method"].tolist() == ["base", *["sweep"] * 3, *["lora"] * 3]
    assert shown["learning rate"].tolist() == ["", *["1e-6", "1e-5", "1.3e-3"] * 2]
    assert shown.loc[0, "English gain (points)"] == shown.loc[0, "lowest bound (points)"] == ""
    assert shown["all kept"].tolist() == ["", "kept", "kept", "lost", *["lost"] * 3]
    # Nothing that keeps all gains more than the middle rate.
    assert shown["Pareto-optimal"][2] == "yes"
    assert set(shown["stored index stays valid"]) == {"yes"}


def test_the_caption_tells_what_gains_most_and_what_is_safe(material, tables):
    caption = tables["methods"].caption
    assert "Largest gain: lora at " in caption
    assert "of 8 comparisons that must be kept" in caption
    assert "Shown to keep everything within 5 points: 2 of 6, of which sweep at 1e-5" in caption
    assert "Pareto-optimal among those that keep everything: " in caption


def test_that_nothing_is_kept_is_said(material):
    nothing = dataclasses.replace(material)
    nothing.__dict__["methods"] = material.methods.assign(verdict="lost", pareto_optimal=False)
    caption = methods_caption(nothing)
    assert "None is shown to keep everything within 5 points." in caption
    assert caption.endswith("Pareto-optimal among those that keep everything: none.")
