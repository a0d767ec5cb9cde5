import numpy as np
from planted_results import HIGH


def test_every_pair_of_every_task_at_every_rate(tables):
    rows = tables["languages"].rows
    # XNLI has two by two languages, retrieval each language in itself.
    assert len(rows) == 3 * (4 + 2)
    assert not rows.duplicated(
        ["learning_rate", "task", "query_language", "document_language"]
    ).any()
    lost = rows[(rows["learning_rate"] == HIGH) & (rows["query_language"] == "zh")]
    assert set(lost["verdict"]) == {"inferior"}
    assert (lost["p_inferior_holm"] >= lost["p_inferior"]).all()
    reduction = rows["difference"] / (1 - rows["base"])
    assert np.allclose(rows["relative_error_reduction"], reduction)


def test_the_caption_tells_of_each_task_where_least_and_most_is_gained(tables):
    lines = tables["languages"].caption.split("\n\n")[1].splitlines()
    rows = tables["languages"].rows
    shown = rows[rows["learning_rate"] == 1e-5]
    assert len(lines) == shown["task"].nunique()
    for line, (task, of_task) in zip(lines, shown.groupby("task", sort=False), strict=True):
        worst = of_task.loc[of_task["difference"].idxmin()]
        assert line.startswith(f"- {task} at 1e-5, {len(of_task)} pairs: ")
        assert f"({worst['query_language']} to {worst['document_language']}) to" in line
