from adiabatic.plan.registry import implementation
from adiabatic.report.figures.registry import FIGURES
from adiabatic.report.tables import TABLES


def test_every_figure_is_drawn_from_the_table_of_its_name():
    for name, row in FIGURES.items():
        assert row.table in (name, f"{name}-{{name}}")
        assert row.table in TABLES or name == "ablation"
        assert callable(implementation(row.draw))
