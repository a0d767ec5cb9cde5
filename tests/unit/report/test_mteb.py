import pandas as pd

from adiabatic.evaluation.mteb_scores import MEAN
from adiabatic.report.mteb import mteb_table


def test_a_column_a_rate_with_the_seeds_between_smallest_and_largest():
    about = {"type": "STS", "languages": "de", "query_side": "query", "metric": "spearman"}
    rows = pd.DataFrame(
        [
            {"group": group, "learning_rate": rate, "split": "test", "task": "A", "subset": subset}
            | {"base": 0.5, "difference": d, "smallest": d - 0.01, "largest": d + 0.01}
            | {"seeds": seeds} | about
            for group, rate, seeds, d in (("sweep", 1e-6, 2, 0.01), ("lora", 1e-4, 1, -0.02))
            for subset in ("de", MEAN)
        ]
    )  # fmt: skip
    table = mteb_table(rows)
    assert table.rows is rows
    assert table.shown.columns.tolist()[-3:] == ["base (points)", "1e-6", "lora 1e-4"]
    assert table.shown["1e-6"].tolist() == ["+1.0 (0.0 to +2.0)"] * 2
    assert table.shown["lora 1e-4"].tolist() == ["−2.0"] * 2
    assert "Largest: A (test) +1.0 at 1e-6; smallest: A (test) −2.0 at lora 1e-4." in table.caption
