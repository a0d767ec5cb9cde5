"""Which run and rate figures of one run or rate show."""

import pandas as pd


def shown_run(runs: pd.DataFrame) -> str:
    """The run that figures of one run show: the recommended, else that of the largest gain."""
    return runs.sort_values(["recommended", "english_gain"], ascending=False)["run"].iloc[0]


def shown_rate(runs: pd.DataFrame) -> float:
    """The rate that figures of one rate show: the recommended, else that of the largest gain."""
    if runs["recommended"].any():
        return float(runs.loc[runs["recommended"], "learning_rate"].iloc[0])
    return float(runs.groupby("learning_rate")["english_gain"].mean().idxmax())
