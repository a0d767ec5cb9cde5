from adiabatic.plan.runs import SETTINGS, grid, planned_runs


def test_one_run_for_each_rate_and_seed_with_names_of_their_own():
    runs = grid([1e-5, 2e-8, 0.001], [1, 0])
    assert [run.name for run in runs][:3] == ["lr2e-08-seed0", "lr2e-08-seed1", "lr1e-05-seed0"]
    assert len({run.name for run in runs}) == 6


def test_rates_that_nearly_agree_keep_different_names():
    assert len({run.name for run in grid([1e-7, 1.0000001e-7], [0])}) == 2


def test_an_ablation_repeats_part_of_the_grid_with_other_settings():
    tuning = dict.fromkeys(SETTINGS, 1) | {"learning_rates": [1e-6, 1e-8], "seeds": [0, 1]}
    ablations = [
        {"name": "direct", "precision": "direct", "learning_rates": [1e-8]},
        {"name": "long", "epochs": 3, "seeds": [1]},
    ]
    planned = planned_runs(tuning | {"ablations": ablations, "methods": []})
    assert [run.run.name for run in planned[4:]] == [
        "plain-lr1e-08-seed0",
        "plain-lr1e-08-seed1",
        "long-lr1e-08-seed1",
        "long-lr1e-06-seed1",
    ]
    assert [run.repeats for run in planned[4:6]] == ["lr1e-08-seed0", "lr1e-08-seed1"]
    assert all(run.ablation == run.repeats == "" for run in planned[:4])
    assert planned[4].settings == planned[0].settings | {"precision": "direct"}
    assert planned[6].settings == planned[0].settings | {"epochs": 3}


def test_a_baseline_reads_what_its_method_needs():
    tuning = dict.fromkeys(SETTINGS, 1) | {"learning_rates": [1e-6, 1e-8], "seeds": [0, 1]}
    methods = [
        {"name": "usual", "method": "query-encoder", "learning_rates": [2e-5], "epochs": 3},
        {"name": "lora", "method": "lora", "learning_rates": [1e-4], "rank": 4, "seeds": [7]},
        {"name": "halved", "method": "interpolation", "alphas": [0.5, 2], "seeds": [1]},
        {"name": "bm25", "method": "bm25"},
    ]
    planned = planned_runs(tuning | {"ablations": [], "methods": methods})[4:]
    assert [run.run.name for run in planned] == [
        *("usual-lr2e-05-seed0", "usual-lr2e-05-seed1", "lora-lr0.0001-seed7"),
        *("halved-0.5-lr1e-08-seed1", "halved-0.5-lr1e-06-seed1"),
        *("halved-2.0-lr1e-08-seed1", "halved-2.0-lr1e-06-seed1", "bm25"),
    ]
    assert planned[0].settings == dict.fromkeys(SETTINGS, 1) | {"epochs": 3}
    assert planned[2].settings["rank"] == 4
    assert "freeze" not in planned[2].settings
    assert planned[3].repeats == "lr1e-08-seed1"
    assert planned[3].settings == {"alpha": 0.5}
    assert planned[-1].method == "bm25"
