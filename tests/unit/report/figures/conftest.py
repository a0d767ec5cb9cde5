"""Every figure of the planted experiment, as the script that draws them calls them."""

import matplotlib.pyplot as plt
import pytest
from planted_outcomes import HOW
from planted_results import MIDDLE

from adiabatic.plan.registry import implementation
from adiabatic.report.figures.registry import FIGURES

SHOWN = {
    **{name: None for name in FIGURES if name not in ("languages", "ablation")},
    "languages-xnli": "xnli",
    "languages-qa": "qa",
    "ablation-direct": "direct",
    "ablation-frozen": "frozen",
}


@pytest.fixture
def draw(written):
    """Draw a figure of the planted experiment by name, of other rows than its table's if given."""
    drawn = []

    def figure(name, rows=None, **changes):
        row = FIGURES[name.split("-")[0]]
        given = {"margin": HOW.non_inferiority_margin, "loss": "triplet", "rate": MIDDLE}
        given |= {"name": SHOWN[name], "sides": ("questions", "passages")} | changes
        rows = written(row.table.format(name=SHOWN[name])) if rows is None else rows
        drawn.append(implementation(row.draw)(rows, *(given[one] for one in row.arguments)))
        return drawn[-1]

    yield figure
    for one in drawn:
        plt.close(one)
