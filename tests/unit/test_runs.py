from adiabatic.runs import grid


def test_one_run_for_each_rate_and_seed_with_names_of_their_own():
    runs = grid([1e-5, 2e-8, 0.001], [1, 0])
    assert [run.name for run in runs][:3] == ["lr2e-08-seed0", "lr2e-08-seed1", "lr1e-05-seed0"]
    assert len({run.name for run in runs}) == 6


def test_rates_that_nearly_agree_keep_different_names():
    assert len({run.name for run in grid([1e-7, 1.0000001e-7], [0])}) == 2
