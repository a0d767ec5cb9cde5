"""Kinds of evaluation sets; a row of KINDS each."""

from dataclasses import dataclass, field

from adiabatic.plan.registry import Registry, registry

# Names of what is always evaluated, beside the configured tasks; both are of kind triplets.
ARXIV, HELD_OUT = "arxiv", "held-out"
# The corpus of the tuning triplets, which the held-out ones are among.
TUNING = "tuning"
# In place of a document language: documents of all languages, searched together.
POOL = "pool"
# The subset that averages over others, item by item.
MEAN = "mean"
# What a path of the configuration names: a file or a folder for each language, or one for all.
FILE, FOLDER, ONE_FILE = "file", "folder", "one file"
# Of a field that changes nothing but how things look; see `plan.source_digest`.
SHOWN = {"shown": True}
# Claims of no loss that the tasks of a kind are evidence for; see `inference.claims`.
PAIRS_CLAIM, RETRIEVAL_CLAIM = "b", "c"


@dataclass(frozen=True)
class Kind:
    """A kind of evaluation set.

    read: reader, called with a `tasks.reading.TaskFiles`; returns a frame with language, item,
        query and the document columns, in which a document that answers no used query has no query
        and no item, and a dataclass of counts. With `stream`, the reader writes the file itself.
    score: scorer, called with an `EvaluationSet`, its items and the vectors of their queries;
        returns frames of outcomes.
    open, list_items: for sets that are too large for a frame, what makes an `EvaluationSet` of
        their file, and an `ItemSet`; empty where the file is the frame.
    documents: columns whose texts are documents. relevant: the one that holds the relevant ones.
    cluster: the column whose text items share that are no independent observations.
    metrics: headline metrics; the first that a set has is the one by which it is judged.
    averaged: subsets of which the mean is judged, item by item; else the subset `judged` is.
    parallel: whether query i means the same in every language; None: the items say.
    claim: the claim of no loss that it is evidence for, empty for none.
    all_pairs: whether the claim is about every pair of languages, not about each language's
        queries.
    languages: how many it needs at least.
    files: what its path names: FILE, FOLDER or ONE_FILE.
    reads: keys of the configuration that only some kinds read.
    synthetic: its files in the synthetic world, empty where that has none.
    about: what it is, for a person who chooses. sides: what its queries and documents are called.
    """

    name: str
    read: str
    score: str
    documents: tuple[str, ...]
    relevant: str
    cluster: str
    metrics: tuple[str, ...]
    claim: str = ""
    parallel: bool | None = True
    averaged: tuple[str, ...] = ()
    judged: str = "all"
    all_pairs: bool = False
    languages: int = 1
    files: str = FILE
    reads: tuple[str, ...] = ()
    stream: bool = False
    open: str = ""
    list_items: str = ""
    synthetic: str = ""
    about: str = field(default="", metadata=SHOWN)
    sides: tuple[str, str] = field(default=("queries", "documents"), metadata=SHOWN)


KINDS: Registry[Kind] = registry(
    Kind(
        "xnli",
        "adiabatic.tasks.xnli:read_xnli",
        "adiabatic.evaluation.scorers:xnli_outcomes",
        ("entailment", "neutral", "contradiction"),
        "entailment",
        "query",
        ("accuracy",),
        claim=PAIRS_CLAIM,
        averaged=("neutral", "contradiction"),
        all_pairs=True,
        synthetic="xnli-{language}.tsv",
        sides=("premises", "hypotheses"),
        about="premises and hypotheses, TSV",
    ),
    Kind(
        "qa-retrieval",
        "adiabatic.tasks.squad:read_squad",
        "adiabatic.evaluation.scorers:retrieval_outcomes",
        ("document",),
        "document",
        "document",
        ("mrr@10",),
        claim=RETRIEVAL_CLAIM,
        synthetic="qa-{language}.json",
        sides=("questions", "passages"),
        about="questions and passages, SQuAD's JSON",
    ),
    Kind(
        "triplets",
        "adiabatic.tasks.triplets:read_triplets",
        "adiabatic.evaluation.scorers:triplets_outcomes",
        ("positive", "negative"),
        "positive",
        "positive",
        ("accuracy",),
        claim=RETRIEVAL_CLAIM,
        parallel=False,
        about="JSON lines",
    ),
    Kind(
        "bitext",
        "adiabatic.tasks.bitext:read_bitext",
        "adiabatic.evaluation.scorers:bitext_outcomes",
        ("document",),
        "document",
        "query",
        ("accuracy",),
        judged="similarity",
        languages=2,
        about="text files, line by line",
    ),
    Kind(
        "mixed-pool",
        "adiabatic.tasks.squad:read_squad",
        "adiabatic.evaluation.scorers:mixed_pool_outcomes",
        ("document",),
        "document",
        "document",
        ("map",),
        claim=RETRIEVAL_CLAIM,
        languages=2,
        synthetic="qa-{language}.json",
        sides=("questions", "passages"),
        about="as qa-retrieval, passages of all languages searched together",
    ),
    Kind(
        "own",
        "adiabatic.tasks.own_set:read_own_set",
        "adiabatic.evaluation.scorers:own_outcomes",
        ("document", "negative"),
        "document",
        "query",
        ("mrr@10", "accuracy"),
        claim=RETRIEVAL_CLAIM,
        parallel=None,
        files=ONE_FILE,
        reads=("columns",),
        about="one CSV or JSON-lines file with all languages",
    ),
    Kind(
        "beir",
        "adiabatic.tasks.beir:write_beir",
        "adiabatic.evaluation.judged_retrieval:judged_outcomes",
        ("document",),
        "document",
        "query",
        ("ndcg@10",),
        claim=RETRIEVAL_CLAIM,
        parallel=False,
        files=FOLDER,
        reads=("split", "search"),
        stream=True,
        open="adiabatic.evaluation.sets:open_beir",
        list_items="adiabatic.evaluation.contamination:beir_items",
        about="a folder in BEIR's format",
    ),
)
# The kind of arXiv's pairs and of the held-out triplets.
TRIPLETS = "triplets"
