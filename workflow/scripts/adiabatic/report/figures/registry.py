"""All figures of an experiment; a row of FIGURES each."""

from dataclasses import dataclass

from adiabatic.plan.registry import Registry, registry


@dataclass(frozen=True)
class FigureRow:
    """A figure.

    draw: what draws it, called with the rows of its table and the arguments below. table: of which
    it is drawn, in tables/. title: in the report. arguments: what else it depends on, in order:
    margin, loss, rate (that is shown), name (of the task or ablation), sides (what the task's
    queries and documents are called). methods: whether it shows methods by marker and colour.
    """

    name: str
    draw: str
    table: str
    title: str
    arguments: tuple[str, ...] = ("margin",)
    methods: bool = False


FIGURES: Registry[FigureRow] = registry(
    FigureRow(
        "forest", "adiabatic.report.figures.forest:draw_forest", "forest", "is my language safe?"
    ),
    FigureRow(
        "window", "adiabatic.report.figures.window:draw_window", "window", "learning-rate window"
    ),
    FigureRow(
        "languages",
        "adiabatic.report.figures.languages:draw_languages",
        "languages",
        "every pair of languages",
        ("margin", "name", "sides", "rate"),
    ),
    FigureRow(
        "levels", "adiabatic.report.figures.levels:draw_levels", "levels", "levels of difficulty"
    ),
    FigureRow(
        "methods",
        "adiabatic.report.figures.methods:draw_methods",
        "methods",
        "methods compared",
        methods=True,
    ),
    FigureRow(
        "ablation",
        "adiabatic.report.figures.ablation:draw_ablation",
        "ablation-{name}",
        "ablation",
        ("margin", "name"),
    ),
    FigureRow(
        "drift", "adiabatic.report.figures.drift:draw_drift", "drift", "gain against drift", ()
    ),
    FigureRow(
        "history",
        "adiabatic.report.figures.history:draw_history",
        "history",
        "tuning history",
        ("loss",),
    ),
)
