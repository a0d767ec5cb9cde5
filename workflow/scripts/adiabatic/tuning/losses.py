"""Losses of tuning against stored document vectors: one number for each query of a batch."""

import torch

from adiabatic.tuning.settings import IN_BATCH, TuningSettings


def triplet_margin_losses(
    queries: torch.Tensor, positives: torch.Tensor, negatives: torch.Tensor, margin: float
) -> torch.Tensor:
    """max(0, margin - q.p + q.n) of each query; vectors of shape (n, d)."""
    difference = (queries * (positives - negatives)).sum(dim=1)
    return torch.relu(margin - difference)


def multiple_negatives_ranking_losses(
    queries: torch.Tensor,
    documents: torch.Tensor,
    rows: torch.Tensor,
    temperature: float,
    own: torch.Tensor,
) -> torch.Tensor:
    """Multiple-negatives ranking (InfoNCE): cross-entropy of the positive among all documents.

    The documents are the positives of the batch, then its given negatives. A document that is a
    query's positive at another place counts neither for nor against it.

    Args:
        queries, documents: vectors, shapes (n, d) and (m, d).
        rows: which document each is, shape (m,).
        temperature: similarities are divided by it.
        own: the place of each query's positive among the documents, shape (n,).
    """
    scores = queries @ documents.T / temperature
    again = rows[None, :] == rows[own][:, None]
    again.scatter_(1, own[:, None], False)
    return torch.nn.functional.cross_entropy(
        scores.masked_fill(again, -torch.inf), own, reduction="none"
    )


def query_losses(
    queries: torch.Tensor,
    documents: torch.Tensor,
    rows: torch.Tensor,
    own: torch.Tensor,
    settings: TuningSettings,
) -> torch.Tensor:
    """The loss of each query of a batch, shape (n,); arguments as in
    `multiple_negatives_ranking_losses`.

    The triplet loss takes as many documents, positives and negatives, as `own` says.
    """
    if settings.loss == IN_BATCH:
        return multiple_negatives_ranking_losses(
            queries, documents, rows, settings.temperature, own
        )
    positives, negatives = documents[own], documents[own + len(rows) // 2]
    return triplet_margin_losses(queries, positives, negatives, settings.margin)
