import pytest


def test_rates_of_the_history_differ_in_grey_too(draw):
    axis = draw("history").axes[0]
    assert len(axis.lines) == 9
    assert len({line.get_marker() for line in axis.lines}) == 3


@pytest.mark.parametrize(
    ("loss", "unit"), [("triplet", "similarity"), ("multiple-negatives-ranking", "nats")]
)
def test_the_history_gives_the_loss_in_its_unit(draw, loss, unit):
    assert unit in draw("history", loss=loss).axes[1].get_ylabel()
