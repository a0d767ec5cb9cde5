"""Recall of approximate search: its caption."""

import pandas as pd


def search_recall_caption(table: pd.DataFrame) -> str:
    """Caption of what approximate search finds."""
    lines = []
    for (task, language), part in table.groupby(["task", "language"], sort=False):
        found = part["recall@100"]
        lines.append(
            f"- {task}, {language} ({part['passages'].iloc[0]} passages): "
            f"{found.min():.1%} to {found.max():.1%}; of relevant passages "
            f"{part['relevant_found'].mean():.1%}, exact search {part['relevant_exact'].mean():.1%}"
        )
    return (
        "What the FAISS index finds of the best 100 passages of exact search, for a sample of "
        "queries, over the base and all runs. Where runs differ here, some of their differences "
        "in the tables are the index's.\n\n" + "\n".join(lines)
    )
