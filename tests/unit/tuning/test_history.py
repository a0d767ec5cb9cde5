import numpy as np
import pytest

from adiabatic.tuning.history import best_row, history_of, out_of_patience

ACCURACIES = [0.5, 0.7, 0.6, 0.7, 0.65]
ROWS = [(step, np.nan, accuracy, 0.0) for step, accuracy in enumerate(ACCURACIES)]


def test_the_first_of_equally_good_rows_is_the_best():
    assert best_row(ROWS) == 1
    assert best_row(ROWS[:1]) == 0


@pytest.mark.parametrize(("patience", "out"), [(None, False), (4, False), (3, True), (1, True)])
def test_patience_is_counted_from_the_best_row(patience, out):
    assert out_of_patience(ROWS, patience) == out
    assert not out_of_patience(ROWS[:2], patience)


def test_a_history_says_which_row_is_kept():
    history = history_of(ROWS, kept=3)
    assert history["validation_accuracy"].tolist() == ACCURACIES
    assert history["kept"].tolist() == [False, False, False, True, False]
