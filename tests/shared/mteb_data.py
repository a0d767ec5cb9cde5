"""Data of some of mteb's tasks, as their repositories on the hub have it."""

import json

NOUNS = ["cat", "dog", "cow", "hen", "fox", "owl", "bee", "ant"]
PAIRS = [(a, b) for a in NOUNS for b in NOUNS]
ENGLISH = [f"the {a} sees a {b}" for a, b in PAIRS]
GERMAN = [f"der {a} sieht ein {b}" for a, b in PAIRS]
# Paraphrases of every second one.
LABELS = [number % 2 for number in range(len(PAIRS))]
OTHERS = [
    f"ein {b} sieht {a}" if label else f"the {b} sees a {b}"
    for (a, b), label in zip(PAIRS, LABELS, strict=True)
]


def write_repository(folder, configs):
    """Write a dataset's repository: for each configuration and split, rows as JSON lines."""
    lines = ["---", "configs:"]
    for config, splits in configs.items():
        lines += [f"- config_name: {config}", "  data_files:"]
        for split, rows in splits.items():
            name = f"{config}-{split}.jsonl"
            folder.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows))
            lines += [f"  - split: {split}", f"    path: {name}"]
    (folder / "README.md").write_text("\n".join([*lines, "---"]) + "\n")


def write_tasks(folder):
    """Data of four tasks, in folders of their names."""
    pairs = [
        {"premise": a, "hypothesis": b, "label": 0 if label else 2}
        for a, b, label in zip(ENGLISH, OTHERS, LABELS, strict=True)
    ]
    # The neutral ones, which mteb leaves out.
    pairs += [{"premise": a, "hypothesis": a, "label": 1} for a in ENGLISH[:9]]
    write_repository(folder / "XNLI", {"en": {"validation": pairs, "test": pairs}})
    bitext = [
        {"lang": "de-en", "sentence1": a, "sentence2": b}
        for a, b in zip(GERMAN, ENGLISH, strict=True)
    ]
    write_repository(folder / "BUCC.v2", {"default": {"test": bitext}})
    numbers = range(len(PAIRS))
    parts = {
        "corpus": [{"_id": f"d{n}", "title": "", "text": ENGLISH[n]} for n in numbers],
        "queries": [{"_id": f"q{n}", "text": GERMAN[n]} for n in numbers],
        "qrels": [{"query-id": f"q{n}", "corpus-id": f"d{n}", "score": 1} for n in numbers],
    }
    configs = {f"en-{part}": {"validation": rows} for part, rows in parts.items()}
    write_repository(folder / "XQuADRetrieval", configs)
    summaries = [
        {
            "id": str(n),
            "text": ENGLISH[n],
            "human_summaries": [GERMAN[n]],
            "machine_summaries": OTHERS[n : n + 5],
            "relevance": [1.0, 5.0, 2.0, 4.0, 3.0],
        }
        for n in range(8)
    ]
    write_repository(folder / "SummEvalSummarization.v2", {"default": {"test": summaries}})
