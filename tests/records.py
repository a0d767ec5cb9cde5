"""Tiny records in the formats of the real sources."""


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


def squad(passages):
    """SQuAD's JSON: one article; passages as (context, [(id, question), ...])."""
    paragraphs = [
        {"context": context, "qas": [{"id": i, "question": q, "answers": []} for i, q in questions]}
        for context, questions in passages
    ]
    return {"version": "1.1", "data": [{"title": "", "paragraphs": paragraphs}]}
