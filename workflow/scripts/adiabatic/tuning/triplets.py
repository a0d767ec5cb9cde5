"""Training triplets as tokens and rows of document vectors, and how many are right."""

from dataclasses import dataclass

import numpy as np
import torch

from adiabatic.encoding.devices import Processes
from adiabatic.encoding.encoder import Encoder
from adiabatic.encoding.token_ids import TokenIds


@dataclass(frozen=True)
class Triplets:
    """Tokenized queries (n), and rows of their positives and negatives in the document vectors."""

    queries: TokenIds
    positives: np.ndarray
    negatives: np.ndarray


def training_tokens(train: Triplets, documents: np.ndarray | TokenIds) -> np.ndarray:
    """Ids of the tokens that are encoded with gradients, in ascending order."""
    tokens = np.unique(train.queries.flat)
    if isinstance(documents, TokenIds):
        used = documents.take(np.union1d(train.positives, train.negatives))
        tokens = np.union1d(tokens, used.flat)
    return tokens


def triplet_accuracy(
    encoder: Encoder, triplets: Triplets, documents: np.ndarray | TokenIds, processes: Processes
) -> float:
    """Share of triplets whose positive is closer to the query than the negative.

    Documents are stored vectors, or tokens that are encoded now.
    """
    mine = processes.share(np.arange(len(triplets.queries)))
    queries = encoder.encode_tokens(triplets.queries.take(mine))
    rows = np.stack([triplets.positives[mine], triplets.negatives[mine]])
    if isinstance(documents, TokenIds):
        distinct, places = np.unique(rows, return_inverse=True)
        positives, negatives = encoder.encode_tokens(documents.take(distinct))[places]
    else:
        positives, negatives = documents[rows]
    difference = positives - negatives
    right = (np.einsum("nd,nd->n", queries, difference) > 0).sum()
    count = torch.tensor(float(right), dtype=torch.float64, device=encoder.model.device)
    return processes.add_up(count).item() / len(triplets.queries)
