"""Tiny records in the formats of the real sources."""

import gzip
import json


def paper(number, title=None, abstract=None, categories="cs.CL", date="2020-01-01"):
    """A record in the arXiv metadata format; its texts share no content words with others."""
    words = " ".join(f"w{number}x{i}" for i in range(6))
    return {
        "id": f"2001.{number:05d}",
        "title": title or f"Title {words}",
        "abstract": abstract
        or f"First sentence {words}. Second sentence {words} with more of it to read.",
        "categories": categories,
        "update_date": date,
    }


def xnli_lines(premise):
    """Three lines of XNLI about one premise."""
    labels = ("neutral", "contradiction", "entailment")
    return [f"{premise}\t{premise} {label}\t{label}" for label in labels]


def write_beir_folder(folder, corpus, queries, judgments, split="test", packed=False):
    """A folder in BEIR's format; texts by id, grades by (query, passage)."""
    contents = {
        "corpus.jsonl": [json.dumps({"_id": i, "title": "", "text": t}) for i, t in corpus.items()],
        "queries.jsonl": [json.dumps({"_id": i, "text": t}) for i, t in queries.items()],
        f"qrels/{split}.tsv": ["query-id\tcorpus-id\tscore"]
        + [f"{query}\t{passage}\t{grade}" for (query, passage), grade in judgments.items()],
    }
    (folder / "qrels").mkdir(parents=True, exist_ok=True)
    for name, lines in contents.items():
        text = "".join(line + "\n" for line in lines).encode()
        path = folder / (f"{name}.gz" if packed else name)
        path.write_bytes(gzip.compress(text) if packed else text)


def squad(passages):
    """SQuAD's JSON: one article; passages as (context, [(id, question), ...])."""
    paragraphs = [
        {"context": context, "qas": [{"id": i, "question": q, "answers": []} for i, q in questions]}
        for context, questions in passages
    ]
    return {"version": "1.1", "data": [{"title": "", "paragraphs": paragraphs}]}


# The content of a file with one item, by the kind of the evaluation set.
ONE_ITEM = {
    "xnli": "\n".join(xnli_lines("one")),
    "qa-retrieval": squad([("A", [("1", "q?")])]),
    "mixed-pool": squad([("A", [("1", "q?")])]),
    "triplets": {"query": "q", "positive": "p", "negative": "n"},
    "bitext": "one\n",
    "own": "query,document,language\nq,d,en\n",
}
