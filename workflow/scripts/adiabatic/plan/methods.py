"""Methods: ways to use English triplets for better queries; a row of METHODS each."""

from dataclasses import dataclass, field

from adiabatic.plan.registry import Registry, registry

# Keys of the configuration's tuning section that decide a run beside its rate and seed.
SETTINGS = (
    "loss",
    "margin",
    "temperature",
    "batch_size",
    "accumulate",
    "schedule",
    "warmup",
    "max_gradient_norm",
    "dropout",
    "epochs",
    "resample",
    "patience",
    "freeze",
    "precision",
    "forward",
)
# Those that an adapter reads, which moves no weight of the encoder.
ADAPTER_SETTINGS = (
    *("loss", "margin", "temperature", "batch_size", "schedule", "warmup", "epochs"),
    *("resample", "patience"),
)
# What a method's settings are where the configuration says nothing, beside the tuning section's.
DEFAULTS = {"rank": 8, "targets": [], "hidden": None, "strengths": [1.0]}
SHOWN = {"shown": True}


@dataclass(frozen=True)
class Method:
    """A way to use the triplets.

    make: what makes a run of it, called with a `tuning.making.Making` and the folder to write;
        empty where there is nothing to make.
    settings: keys that it reads beside rates and seeds. required: those of them that its entry in
        the configuration must have.
    tuned: whether it has learning rates and seeds; without, it has one run.
    each: a list in the configuration of which every value is a run, and the setting's name there;
        tables call the value alpha.
    repeats: whether its runs are made from those of the sweep of the same rate and seed.
    own_documents: whether documents are embedded again, by the run's own encoder.
    search: what searches texts without vectors, called with the evaluation sets; else empty.
    index: what becomes of the stored document vectors.
    about: what it is, for a person who chooses. serving: what a query costs to serve.
    marker, color: in figures; of Tol's palettes, as blue, green, orange and red are verdicts.
    """

    name: str
    make: str = ""
    settings: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    tuned: bool = True
    each: tuple[str, str] | None = None
    repeats: bool = False
    own_documents: bool = False
    search: str = ""
    index: str = field(default="yes", metadata=SHOWN)
    serving: str = field(default="as the base", metadata=SHOWN)
    about: str = field(default="", metadata=SHOWN)
    marker: str = field(default="o", metadata=SHOWN)
    color: str = field(default="#999999", metadata=SHOWN)

    @property
    def moves_queries(self) -> bool:
        """Whether queries have vectors, whose drift is measured."""
        return not self.search


METHODS: Registry[Method] = registry(
    Method(
        "query-encoder",
        "adiabatic.tuning.query_encoder:make_query_encoder",
        SETTINGS,
        marker="s",
        color="#882255",
        about="as the sweep, with other settings",
    ),
    Method(
        "l2-sp",
        "adiabatic.tuning.query_encoder:make_l2_sp",
        (*SETTINGS, "decay"),
        required=("decay",),
        marker="<",
        color="#AA4499",
        about="as the sweep, with weight decay towards the base",
    ),
    Method(
        "joint",
        "adiabatic.tuning.query_encoder:make_joint",
        SETTINGS,
        own_documents=True,
        index="no",
        marker="D",
        color="#CC6677",
        about="the encoder of documents, too, which are embedded again",
    ),
    Method(
        "lora",
        "adiabatic.tuning.query_encoder:make_lora",
        (*(key for key in SETTINGS if key != "freeze"), "rank", "targets"),
        marker="^",
        color="#332288",
        about="low-rank matrices beside linear layers",
    ),
    Method(
        "linear-adapter",
        "adiabatic.tuning.adapters:make_linear_adapter",
        ADAPTER_SETTINGS,
        serving="the base, then one matrix",
        marker="v",
        color="#999933",
        about="a matrix on the query's vector",
    ),
    Method(
        "mlp-adapter",
        "adiabatic.tuning.adapters:make_mlp_adapter",
        (*ADAPTER_SETTINGS, "hidden"),
        serving="the base, then two matrices",
        marker="p",
        color="#FFAABB",
        about="a residual MLP on it",
    ),
    Method(
        "procrustes",
        "adiabatic.tuning.adapters:make_procrustes",
        tuned=False,
        serving="the base, then one matrix",
        marker="P",
        color="#DDCC77",
        about="an orthogonal matrix on it",
    ),
    Method(
        "interpolation",
        "adiabatic.tuning.interpolation:make_interpolation",
        each=("alphas", "alpha"),
        repeats=True,
        marker=">",
        color="#88CCEE",
        about="of the sweep's weights with the base's",
    ),
    Method(
        "drift-correction",
        "adiabatic.tuning.drift_correction:make_drift_correction",
        each=("strengths", "strength"),
        repeats=True,
        serving="as the base, then one vector",
        marker="d",
        color="#661100",
        about="the sweep's queries without their mean drift",
    ),
    Method(
        "bm25",
        search="adiabatic.evaluation.bm25:lexical_sets",
        tuned=False,
        index="no vectors",
        serving="an inverted index",
        marker="X",
        color="#999999",
        about="terms, by language",
    ),
)
# The method of the sweep and of its ablations.
SWEEP_METHOD = "query-encoder"
