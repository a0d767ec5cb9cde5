"""Search among a million passages: exact and by an index; and memory of reading and embedding them.

Vectors lie in clusters of some hundred, as those of texts do. Each side has its own process.
"""

import argparse
import json
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from resource import RUSAGE_SELF, getrusage

import numpy as np
from measured import measured

from adiabatic.evaluation.search import DEPTH, Judgments, exact_search, recall_of

WIDTH, CLUSTER, SPREAD = 384, 100, 0.05
# Vectors that are drawn together.
DRAWN = 50_000
WORDS, LAYERS, PASSAGE_WORDS = 30_000, 1, 20


def write_vectors(path: Path, count: int, queries: int) -> np.ndarray:
    """Unit vectors into a file, block by block; returns queries near some of them."""
    rng = np.random.default_rng(0)
    centres = unit(rng.normal(size=(max(1, count // CLUSTER), WIDTH)))
    shape = (count, WIDTH)
    vectors = np.lib.format.open_memmap(path, mode="w+", dtype=np.float32, shape=shape)
    for start in range(0, count, DRAWN):
        size = min(DRAWN, count - start)
        noise = SPREAD * rng.standard_normal((size, WIDTH), dtype=np.float32)
        vectors[start : start + size] = unit(centres[rng.integers(len(centres), size=size)] + noise)
    near = np.array(vectors[np.sort(rng.choice(count, queries, replace=False))])
    return unit(near + SPREAD * rng.normal(size=near.shape))


def unit(vectors: np.ndarray) -> np.ndarray:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def search(side: str, path: Path, index: Path, queries: np.ndarray) -> tuple[np.ndarray, float]:
    """The best scores that a side finds, and its seconds, of one thread as in the workflow."""
    import faiss

    from adiabatic.evaluation.faiss_index import build_index, index_search

    vectors = np.load(path, mmap_mode="c")
    rows, unjudged = np.arange(len(vectors)), Judgments.none(len(queries))
    start = time.perf_counter()
    if side == "exact":
        found = exact_search(queries, vectors, rows, unjudged)
    elif side == "build":
        faiss.write_index(build_index(vectors, rows, 0), str(index))
        return np.empty(0), time.perf_counter() - start
    else:
        faiss.omp_set_num_threads(1)
        opened = faiss.read_index(str(index))
        found = index_search(queries, opened, slice(0, len(rows)), unjudged)
    return found.others, time.perf_counter() - start


def in_process(*arguments: object) -> tuple[np.ndarray, float, float]:
    """What `search` returns, and the peak of memory in GB of the process that ran it."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:
        best, seconds = executor.submit(search, *arguments).result()
        return best, seconds, executor.submit(peak).result()


def peak() -> float:
    return getrusage(RUSAGE_SELF).ru_maxrss * 1024 / 1e9


def write_folder(folder: Path, passages: int) -> None:
    """An evaluation set in BEIR's format with short passages of random words."""
    rng = np.random.default_rng(0)
    (folder / "qrels").mkdir(parents=True)
    with open(folder / "corpus.jsonl", "w") as file:
        for number in range(passages):
            words = (WORDS ** rng.random(PASSAGE_WORDS)).astype(int)
            text = " ".join(f"w{word}" for word in words)
            file.write(json.dumps({"_id": f"d{number}", "title": "", "text": text}) + "\n")
    (folder / "queries.jsonl").write_text(json.dumps({"_id": "q", "text": "w1 w2"}) + "\n")
    (folder / "qrels/test.tsv").write_text("query-id\tcorpus-id\tscore\nq\td0\t1\n")


def reading_and_embedding(folder: Path, passages: int) -> None:
    """Time and memory of the scripts that read and embed a set, with a tiny random encoder."""
    import random_encoder

    from adiabatic.encoding.model_folder import EncoderSettings, write_settings

    random_encoder.LAYERS = LAYERS
    random_encoder.make_base(folder / "base", WORDS)
    write_settings(folder / "base", EncoderSettings(), WIDTH)
    write_folder(folder / "set", passages)
    items = folder / "set.parquet"
    read = measured(
        "read_task", "--kind", "beir", "--path", folder / "set", "--languages", "en",
        "--out", items,
    )  # fmt: skip
    print(f"{passages:9,} passages read:     {read}", flush=True)
    embedded = measured(
        "embed_documents", "--base", folder / "base", "--data", items, "--kind", "beir",
        "--out", folder / "set.npy",
    )  # fmt: skip
    print(f"{passages:9,} passages embedded: {embedded}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    parser.add_argument("--passages", type=int, default=1_000_000, help="that are searched")
    parser.add_argument("--indexed", type=int, default=50_000, help="passages of the index")
    parser.add_argument("--queries", type=int, default=1_000)
    parser.add_argument("--embedded", type=int, default=200_000, help="passages; 0: none")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        vectors, index = folder / "vectors.npy", folder / "vectors.faiss"
        # The index takes far longer to build than exact search takes, so it has a smaller set.
        for passages in dict.fromkeys([arguments.passages, arguments.indexed]):
            queries = write_vectors(vectors, passages, arguments.queries)
            print(f"{passages:,} passages x {WIDTH}, {arguments.queries:,} queries, 1 thread")
            exact, seconds, memory = in_process("exact", vectors, index, queries)
            print(f"exact: {seconds:6.1f} s   {memory:.2f} GB", flush=True)
        _, building, memory = in_process("build", vectors, index, queries)
        print(f"index built: {building:6.1f} s   {memory:.2f} GB", flush=True)
        found, faster, memory = in_process("faiss", vectors, index, queries)
        recall = recall_of(found, exact)
        print(
            f"faiss: {faster:6.1f} s   {memory:.2f} GB   recall@{DEPTH} {recall:.3f}   "
            f"exact takes {seconds / faster:.1f} times as long"
        )
        if arguments.embedded:
            vectors.unlink()
            index.unlink()
            reading_and_embedding(folder, arguments.embedded)


if __name__ == "__main__":
    main()
