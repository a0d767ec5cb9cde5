import pandas as pd

from adiabatic.report.files import save_caption
from adiabatic.report.verdicts import recommendation


def runs(*rows):
    columns = ["learning_rate", "seed", "english_gain", "languages_undecided", "recommended"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.assign(
        run=[f"lr{row.learning_rate}-seed{row.seed}" for row in frame.itertuples()],
        ci_low=frame["english_gain"] - 0.01,
        ci_high=frame["english_gain"] + 0.01,
        verdict=["improved" if gain > 0.01 else "preserved" for gain in frame["english_gain"]],
        languages_judged=2,
        languages_degraded="",
        worst_language="hi",
        worst_task="qa",
        worst_documents="same",
        worst_difference=-0.004,
    )


def test_the_recommendation_quotes_gain_interval_and_worst_language():
    text = recommendation(runs((1e-5, 0, 0.05, "", True), (1e-4, 0, 0.09, "zh", False)))
    assert "Recommended learning rate: 1e-05 (run lr1e-05-seed0)" in text
    assert "+5.0 points [+4.0, +6.0]" in text
    assert "hi (-0.4 points in qa, documents in same language)" in text
    assert "1 of 1 seeds" in text


def test_seeds_that_do_not_agree_are_said_with_the_rate_at_which_all_do():
    text = recommendation(
        runs(
            (1e-5, 0, 0.05, "", False),
            (1e-5, 1, 0.03, "", False),
            (1e-4, 0, 0.09, "", True),
            (1e-4, 1, 0.09, "zh", False),
        )
    )
    assert "1 of 2 seeds at this rate" in text
    assert "The best rate at which all seeds do: 1e-05 (+4.0 points)" in text


def test_a_gain_that_may_be_zero_is_said_and_where_more_was_gained():
    text = recommendation(runs((1e-6, 0, 0.005, "", True)))
    assert "not distinguishable from zero" in text
    assert "gains more" not in text
    text = recommendation(runs((1e-6, 0, 0.005, "", True), (1e-5, 0, 0.04, "hi sw", False)))
    assert "Run lr1e-05-seed0 gains more (+4.0 points [+3.0, +5.0])" in text
    assert "it takes more items to tell of hi sw" in text


def test_a_gain_that_was_chosen_among_seeds_stands_beside_their_mean():
    text = recommendation(runs((1e-5, 0, 0.05, "", True), (1e-5, 1, 0.03, "", False)))
    assert "the mean of the 2 seeds at this rate is +4.0 points" in text


def test_without_a_judged_language_nothing_is_recommended():
    text = recommendation(runs((1e-5, 0, 0.05, "", False)).assign(languages_judged=0))
    assert "no multilingual task was evaluated" in text


def test_that_nothing_is_recommended_is_said():
    text = recommendation(runs((1e-4, 0, 0.1, "de", False), (1e-3, 0, 0.2, "de", False)))
    assert "No learning rate is recommended: no run keeps every language" in text
    assert "Closest is run lr0.001-seed0: degraded none; undecided de" in text
    assert "More items would decide" in text
    lost = runs((1e-3, 0, 0.2, "", False)).assign(languages_degraded="zh")
    assert "degraded zh; undecided none" in recommendation(lost)


def test_a_caption_shows_its_text_as_it_stands(tmp_path):
    save_caption("mrr@10 rose", tmp_path / "c.rst", demonstration=True)
    text = (tmp_path / "c.rst").read_text()
    assert text.startswith(r"mrr\@10 rose")
    assert "synthetic demonstration" in text
