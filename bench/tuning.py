"""Tuning of a query encoder: this project against sentence-transformers, three ways.

(a) its Trainer, both sides tuned; (b) its Router with a frozen document route, which still encodes
every passage at every step; (c) an expert's workaround: document vectors handed over in the label
column; (d) ours, over stored vectors. All have E5-small's shape, random weights and the same texts,
token embeddings frozen. Then a sweep of ten rates, for which documents are embedded once; and (c)
and (d) with token embeddings trained, in a small and a large vocabulary.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch
from datasets import Dataset
from random_encoder import (
    LAYERS,
    PASSAGE_WORDS,
    QUERY_WORDS,
    WIDTH,
    first_of,
    load_base,
    make_base,
    texts,
    triplets_of,
    vectors,
)
from sentence_transformers import (
    SentenceTransformer,
    SentenceTransformerTrainer,
    SentenceTransformerTrainingArguments,
)
from sentence_transformers.sentence_transformer import losses
from sentence_transformers.sentence_transformer.modules import Pooling, Router, Transformer

from adiabatic.tuning.loop import tune
from adiabatic.tuning.settings import TuningSettings

MARGIN, RATE = 0.1, 1e-6
# Multiplications and additions of one token, forward and backward, in the layers.
FLOPS = 6 * LAYERS * (4 * WIDTH**2 + 8 * WIDTH**2)
RATES_OF_A_SWEEP = 10
# E5's.
LARGE_VOCABULARY = 250_000


@dataclass(frozen=True)
class Case:
    """What all sides are given."""

    folder: Path
    words: int
    batch: int
    device: str
    frozen: bool = True

    def queries(self, count: int) -> list[str]:
        return texts(count, QUERY_WORDS, 0, self.words)

    def triplets(self, count: int) -> Dataset:
        passages = [texts(count, PASSAGE_WORDS, seed, self.words) for seed in (1, 2)]
        columns = zip(
            ("anchor", "positive", "negative"), (self.queries(count), *passages), strict=True
        )
        return Dataset.from_dict(dict(columns))

    def modules(self) -> list[torch.nn.Module]:
        transformer = Transformer(str(self.folder))
        transformer.auto_model.embeddings.requires_grad_(not self.frozen)
        return [transformer, Pooling(WIDTH, "mean")]


class StoredVectorLoss(torch.nn.Module):
    """The triplet loss against vectors that come in the label column."""

    def __init__(self, model: SentenceTransformer) -> None:
        super().__init__()
        self.model = model

    def forward(
        self, features: list[dict[str, torch.Tensor]], labels: torch.Tensor
    ) -> torch.Tensor:
        queries = self.model(features[0])["sentence_embedding"]
        queries = torch.nn.functional.normalize(queries, dim=-1)
        positives, negatives = labels.view(len(queries), 2, -1).unbind(dim=1)
        return torch.relu(MARGIN - (queries * (positives - negatives)).sum(dim=1)).mean()


def train(
    case: Case, model: SentenceTransformer, data: Dataset, loss: torch.nn.Module, **more: object
) -> float:
    """Seconds of one epoch by the Trainer."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = SentenceTransformerTrainingArguments(
            output_dir=folder,
            per_device_train_batch_size=case.batch,
            num_train_epochs=1,
            learning_rate=RATE,
            use_cpu=case.device == "cpu",
            save_strategy="no",
            logging_strategy="no",
            report_to="none",
            disable_tqdm=True,
            **more,
        )
        trainer = SentenceTransformerTrainer(model, args=arguments, train_dataset=data, loss=loss)
        start = time.perf_counter()
        trainer.train()
        return time.perf_counter() - start


def triplet_loss(model: SentenceTransformer) -> torch.nn.Module:
    return losses.TripletLoss(model, losses.TripletDistanceMetric.COSINE, triplet_margin=MARGIN)


def plain(case: Case, count: int) -> float:
    """(a) The Trainer, one encoder for both sides, all of it tuned."""
    model = SentenceTransformer(modules=case.modules(), device=case.device)
    return train(case, model, case.triplets(count), triplet_loss(model))


def router(case: Case, count: int) -> float:
    """(b) The Trainer with a frozen document route."""
    document = case.modules()
    for module in document:
        module.requires_grad_(False)
    route = Router.for_query_document(query_modules=case.modules(), document_modules=document)
    model = SentenceTransformer(modules=[route], device=case.device)
    mapping = {"anchor": "query", "positive": "document", "negative": "document"}
    return train(case, model, case.triplets(count), triplet_loss(model), router_mapping=mapping)


def label_column(case: Case, count: int) -> float:
    """(c) The Trainer, document vectors in the label column."""
    model = SentenceTransformer(modules=case.modules(), device=case.device)
    labels = np.concatenate([vectors(count, 1), vectors(count, 2)], axis=1)
    data = Dataset.from_dict({"anchor": case.queries(count), "label": labels.tolist()})
    return train(case, model, data, StoredVectorLoss(model))


def ours(case: Case, count: int) -> float:
    """(d) This project's loop."""
    encoder = load_base(case.folder, case.device)
    documents = np.concatenate([vectors(count, 1), vectors(count, 2)])
    triplets = triplets_of(encoder, case.queries(count))
    freeze = ("embeddings",) if case.frozen else ()
    settings = TuningSettings(RATE, 0, MARGIN, case.batch, 1, freeze, "delta")
    start = time.perf_counter()
    tune(encoder, triplets, first_of(triplets), documents, settings, lambda line: None)
    return time.perf_counter() - start


def embedding(case: Case, count: int) -> float:
    """Seconds for the passages of so many triplets, embedded once."""
    encoder = load_base(case.folder, case.device)
    passages = texts(2 * count, PASSAGE_WORDS, 1, case.words)
    start = time.perf_counter()
    encoder.encode(passages, "document")
    return time.perf_counter() - start


def gemm_rate(device: str) -> float:
    """Float operations a second of a large matrix product."""
    size = 1024 if device == "cpu" else 8192
    left, right = (torch.randn(size, size, device=device) for _ in range(2))
    times = []
    for _ in range(10):
        start = time.perf_counter()
        (left @ right)[0, 0].item()
        times.append(time.perf_counter() - start)
    return 2 * size**3 / sorted(times)[len(times) // 2]


def peak_memory() -> float:
    """Peak of this process' memory in GB."""
    status = Path("/proc/self/status").read_text()
    peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(peak.split()[1]) / 1e6


Side = Callable[[Case, int], float]


def measured(name: str, side: Side, case: Case, count: int) -> float:
    """Triplets a second of one side, printed with its peak memory."""
    seconds, peak = alone(side, case, count)
    print(f"{name:44} {count / seconds:8.1f} triplets/s   peak {peak:.2f} GB", flush=True)
    return count / seconds


def alone(work: Callable[..., float], *arguments: object) -> tuple[float, float]:
    """What a function returns in a fork of this process, where memory starts anew; its peak."""
    with ProcessPoolExecutor(1, mp_context=get_context("fork")) as pool:
        result = pool.submit(work, *arguments).result()
        return result, pool.submit(peak_memory).result()


def compare(case: Case, few: int, many: int) -> None:
    """The four sides, and a sweep of ten rates."""
    gemm, _ = alone(gemm_rate, case.device)
    measured("(a) Trainer", plain, case, few)
    routed = measured("(b) Router, documents frozen", router, case, few)
    labels = measured("(c) vectors as labels", label_column, case, many)
    mine = measured("(d) ours", ours, case, many)
    tokens = np.mean([len(text.split()) + 2 for text in case.queries(1000)])
    share = mine * tokens * FLOPS / gemm
    print(f"ours: {mine / routed:.1f}x (b), {mine / labels:.2f}x (c)", end="")
    print(f", {share:.0%} of the {gemm / 1e9:.0f} GFlop/s of a matrix product")
    once = alone(embedding, case, few)[0] / few
    sweep = RATES_OF_A_SWEEP / routed / (once + RATES_OF_A_SWEEP / mine)
    print(f"{RATES_OF_A_SWEEP} rates, documents embedded once: {sweep:.1f}x (b)", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    parser.add_argument("--batch-size", type=int, default=14)
    parser.add_argument("--vocabulary", type=int, default=5000, help="tokens")
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument("--triplets", type=int, default=112, help="of (a) and (b)")
    parser.add_argument("--more-triplets", type=int, default=896, help="of (c) and (d)")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as name:
        folder, words = Path(name) / "base", arguments.vocabulary
        make_base(folder, words)
        case = Case(folder, words, arguments.batch_size, arguments.device)
        compare(case, arguments.triplets, arguments.more_triplets)
        for words in (arguments.vocabulary, LARGE_VOCABULARY):
            folder = Path(name) / str(words)
            make_base(folder, words)
            trained = Case(folder, words, arguments.batch_size, arguments.device, frozen=False)
            about = f"embeddings of {words:,} tokens trained"
            labels = measured(f"(c) {about}", label_column, trained, arguments.triplets)
            mine = measured(f"(d) {about}", ours, trained, arguments.more_triplets)
            print(f"ours: {mine / labels:.2f}x (c)", flush=True)


if __name__ == "__main__":
    main()
