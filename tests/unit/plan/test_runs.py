import json
from math import isnan

import pytest

from adiabatic.io.errors import InputError
from adiabatic.plan.runs import SETTINGS, Plan, PlannedTask, plan_of, plan_text, planned, read_plan

TUNING = dict.fromkeys(SETTINGS, 1) | {
    "freeze": ["embeddings"],
    "learning_rates": [1e-6, 1e-8],
    "seeds": [0, 1],
    "ablations": [],
    "methods": [],
}
METHODS = [
    {"name": "standard", "method": "query-encoder", "learning_rates": [2e-5], "epochs": 3},
    {"name": "lora", "method": "lora", "learning_rates": [1e-4], "rank": 4, "seeds": [7]},
    {"name": "halved", "method": "interpolation", "alphas": [0.5, 2], "seeds": [1]},
    {"name": "corrected", "method": "drift-correction", "learning_rates": [1e-8], "seeds": [0]},
    {"name": "bm25", "method": "bm25"},
]


def test_one_run_for_each_rate_and_seed_with_names_of_their_own():
    runs = planned(TUNING | {"learning_rates": [1e-5, 2e-8, 0.001], "seeds": [1, 0]})
    assert [run.name for run in runs][:3] == ["lr2e-08-seed0", "lr2e-08-seed1", "lr1e-05-seed0"]
    assert len({run.name for run in runs}) == 6


def test_rates_that_nearly_agree_keep_different_names():
    runs = planned(TUNING | {"learning_rates": [1e-7, 1.0000001e-7], "seeds": [0]})
    assert len({run.name for run in runs}) == 2


def test_an_ablation_repeats_part_of_the_sweep_with_other_settings():
    ablations = [
        {"name": "direct", "precision": "direct", "learning_rates": [1e-8]},
        {"name": "long", "epochs": 3, "seeds": [1]},
    ]
    runs = planned(TUNING | {"ablations": ablations})
    assert [run.name for run in runs[4:]] == [
        "direct-lr1e-08-seed0",
        "direct-lr1e-08-seed1",
        "long-lr1e-08-seed1",
        "long-lr1e-06-seed1",
    ]
    assert [run.repeats for run in runs[4:6]] == ["lr1e-08-seed0", "lr1e-08-seed1"]
    assert [run.ablation for run in runs] == [False] * 4 + [True] * 4
    assert all(run.group == "sweep" and run.repeats == "" for run in runs[:4])
    assert [run.group for run in runs[4:]] == ["direct", "direct", "long", "long"]
    assert runs[4].settings == runs[0].settings | {"precision": "direct"}
    assert runs[6].settings == runs[0].settings | {"epochs": 3}


@pytest.mark.parametrize(
    ("changed", "setting"),
    [
        ({"epochs": 3}, "epochs"),
        ({"epochs": 3, "margin": 2}, ""),
        ({"epochs": 1, "margin": 2}, "margin"),
        # The paper's, and another one.
        ({"freeze": ["embeddings", "output.dense.weight"]}, "freeze"),
        ({"freeze": ["attention"]}, ""),
    ],
)
def test_an_ablation_says_the_one_setting_that_it_changes(changed, setting):
    runs = planned(TUNING | {"ablations": [{"name": "one"} | changed]})
    assert {run.changes for run in runs[4:]} == {setting}
    assert {run.changes for run in runs[:4]} == {""}


def test_a_compared_method_reads_what_it_needs():
    runs = planned(TUNING | {"methods": METHODS})[4:]
    assert [run.name for run in runs] == [
        *("standard-lr2e-05-seed0", "standard-lr2e-05-seed1", "lora-lr0.0001-seed7"),
        *("halved-0.5-lr1e-08-seed1", "halved-0.5-lr1e-06-seed1"),
        *("halved-2.0-lr1e-08-seed1", "halved-2.0-lr1e-06-seed1"),
        *("corrected-1.0-lr1e-08-seed0", "bm25"),
    ]
    sweep = {key: TUNING[key] for key in SETTINGS}
    assert runs[0].settings == sweep | {"epochs": 3}
    assert runs[2].settings["rank"] == 4
    assert "freeze" not in runs[2].settings
    assert runs[3].repeats == "lr1e-08-seed1"
    assert runs[3].settings == {"alpha": 0.5}
    assert runs[3].alpha == 0.5
    # One run at full strength, where the configuration names no strengths.
    assert (runs[7].settings, runs[7].alpha) == ({"strength": 1.0}, 1.0)
    assert runs[7].repeats == "lr1e-08-seed0"
    assert runs[-1].method == "bm25"
    assert isnan(runs[-1].learning_rate)


@pytest.fixture
def plan():
    ablations = [{"name": "direct", "precision": "direct"}]
    tasks = [{"name": "mine", "kind": "own", "source": "path"}]
    tuning = TUNING | {"ablations": ablations, "methods": METHODS}
    return plan_of({"tuning": tuning, "evaluation": {"tasks": tasks}})


def test_a_plan_has_every_run_in_one_of_three_parts(plan):
    assert [*plan.sweep, *plan.ablations, *plan.compared] == list(plan.runs)
    assert [len(part) for part in (plan.sweep, plan.ablations, plan.compared)] == [4, 4, 9]
    assert plan.tasks == (PlannedTask("mine", "own"),)


def test_a_plan_that_is_written_and_read_is_the_same(plan, write_file, tmp_path):
    write_file("plan.json", plan_text(plan))
    again = read_plan(tmp_path / "plan.json")
    # NaN equals nothing, so texts are compared.
    assert plan_text(again) == plan_text(plan)
    assert again.sweep == plan.sweep
    assert isnan(again.runs[-1].learning_rate)
    # It is JSON, which has no NaN.
    json.loads(plan_text(plan), parse_constant=lambda name: pytest.fail(name))


def test_runs_are_found_by_name_in_the_order_asked_for(plan):
    names = ["bm25", "lr1e-08-seed1"]
    assert [run.name for run in plan.named(names)] == names
    with pytest.raises(InputError, match="--runs: 'lr1-seed0' found; the plan has no such run"):
        plan.named(["bm25", "lr1-seed0"])


@pytest.mark.parametrize("content", ["{", "{}", '{"runs": [{"nome": "a"}]}', None])
def test_what_is_no_plan_is_one_line(write_file, tmp_path, content):
    if content is not None:
        write_file("plan.json", content)
    with pytest.raises(InputError, match=r"plan\.json: cannot be read as a plan of runs") as error:
        read_plan(tmp_path / "plan.json")
    assert "\n" not in str(error.value)


def test_a_plan_without_runs_is_read_too(write_file, tmp_path):
    write_file("plan.json", plan_text(Plan(())))
    assert read_plan(tmp_path / "plan.json") == Plan(())
