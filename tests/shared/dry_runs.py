"""What a run of Snakemake would do, and did."""

import re
from collections import Counter

# Rules of which there is one for each batch of runs or corpora, or each figure.
OF_MANY = re.compile("tune_query_encoder|evaluate_runs|embed_documents(_again)?|plot_figure")


def rules(done):
    """Number of jobs by rule, from the statistics of a dry-run."""
    assert done.returncode == 0, done.stdout + done.stderr
    counts = re.findall(r"^(\S+) +(\d+)$", done.stdout + done.stderr, re.MULTILINE)
    return {name: int(count) for name, count in counts}


def jobs(done):
    """The same, the rules of single batches, corpora and figures taken together."""
    found = Counter()
    for name, count in rules(done).items():
        several = OF_MANY.match(name)
        found[several[0] if several else name] += count
    return found


def commands(done, script):
    """The command lines of a script, from a dry-run that prints them."""
    return [line for line in done.stdout.splitlines() if f"scripts/{script}.py" in line]


def finished_steps(done):
    """The steps of a run, as its lines tell."""
    assert done.returncode == 0, done.stdout + done.stderr
    lines = re.findall(r"^\d+ of \d+.*?: (.+)$", done.stdout + done.stderr, re.MULTILINE)
    return [step for line in lines for step in line.split(", ")]
