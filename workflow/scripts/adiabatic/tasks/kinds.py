"""Kinds of evaluation sets, and the names of what is always evaluated."""

# Names of what is always evaluated, beside the configured tasks.
ARXIV, HELD_OUT = "arxiv", "held-out"


# In place of a document language: documents of all languages, searched together.
POOL = "pool"


# Columns whose texts are documents, by the kind of evaluation set; triplets are also what the
# tuning data and the arXiv pairs hold.
DOCUMENT_COLUMNS = {
    "xnli": ["entailment", "neutral", "contradiction"],
    "qa-retrieval": ["document"],
    "triplets": ["positive", "negative"],
    "beir": ["document"],
    "bitext": ["document"],
    "mixed-pool": ["document"],
    "own": ["document", "negative"],
}


# The one of these columns that holds what is right for the query.
RIGHT_COLUMN = {
    "xnli": "entailment",
    "qa-retrieval": "document",
    "triplets": "positive",
    "beir": "document",
    "bitext": "document",
    "mixed-pool": "document",
    "own": "document",
}
