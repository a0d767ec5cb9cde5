"""Tables for people: the overview of runs and the levels, as CSV, Markdown and LaTeX."""

import pandas as pd

from adiabatic.summary import DOCUMENTS

POINTS = 100


def in_points(difference: float, low: float, high: float) -> str:
    """A difference and its interval in points: `+1.0 [+0.5, +1.5]`."""
    return f"{difference * POINTS:+.1f} [{low * POINTS:+.1f}, {high * POINTS:+.1f}]"


def overview_table(window: pd.DataFrame) -> pd.DataFrame:
    """One row a family, one column a learning rate: the base's value, differences in points."""
    window = window.assign(
        cell=[in_points(row.difference, row.ci_low, row.ci_high) for row in window.itertuples()],
        rate=window["learning_rate"].map("{:g}".format),
    )
    first = window.drop_duplicates("family").set_index("family")
    cells = window.pivot(index="family", columns="rate", values="cell")
    table = pd.concat(
        [
            first[["metric", "n"]],
            (first["base"] * POINTS).map("{:.1f}".format).rename("base"),
            cells[window["rate"].unique()],
        ],
        axis=1,
    ).loc[first.index]
    return table.rename_axis("family").reset_index()


def runs_table(runs: pd.DataFrame) -> pd.DataFrame:
    """One row a run: gain in English with its interval, languages that are not kept, verdict."""
    return pd.DataFrame(
        {
            "run": runs["run"],
            "gain in English (points)": [
                in_points(run.english_gain, run.ci_low, run.ci_high) for run in runs.itertuples()
            ],
            "verdict on English": runs["verdict"],
            "languages degraded": runs["languages_degraded"].replace("", "none"),
            "languages undecided": runs["languages_undecided"].replace("", "none"),
            "worst language": [
                f"{run.worst_language} {run.worst_difference * POINTS:+.1f} "
                f"({run.worst_task}, documents in {DOCUMENTS[run.worst_documents]})"
                if run.languages_judged
                else "none"
                for run in runs.itertuples()
            ],
            "recommended": runs["recommended"].map({True: "yes", False: ""}),
        }
    )


def levels_rows(summary: pd.DataFrame, run: str) -> pd.DataFrame:
    """Accuracy by style and level of one run, as figure and table show it."""
    rows = summary[(summary["run"] == run) & (summary["task"] == "arxiv")].copy()
    parts = rows["subset"].str.rsplit("-", n=1)
    rows.insert(0, "style", parts.str[0])
    rows.insert(1, "level", parts.str[1])
    columns = ["style", "level", "n", "base", "tuned", "difference", "ci_low", "ci_high", "verdict"]
    return rows.loc[rows["level"] != "mean", columns].reset_index(drop=True)


def levels_table(rows: pd.DataFrame) -> pd.DataFrame:
    """One row a style and level, in points; `rows` as from `levels_rows`."""
    return pd.DataFrame(
        {
            "style": rows["style"],
            "level": rows["level"],
            "n": rows["n"],
            "base": (rows["base"] * POINTS).map("{:.1f}".format),
            "tuned": (rows["tuned"] * POINTS).map("{:.1f}".format),
            "difference": [
                in_points(row.difference, row.ci_low, row.ci_high) for row in rows.itertuples()
            ],
            "verdict": rows["verdict"],
        }
    )


def shown_run(runs: pd.DataFrame) -> str:
    """The run that figures of one run show: the recommended, else that of the largest gain."""
    return runs.sort_values(["recommended", "english_gain"], ascending=False)["run"].iloc[0]


def shown_rate(runs: pd.DataFrame) -> float:
    """The rate that figures of one rate show: the recommended, else that of the largest gain."""
    if runs["recommended"].any():
        return float(runs.loc[runs["recommended"], "learning_rate"].iloc[0])
    return float(runs.groupby("learning_rate")["english_gain"].mean().idxmax())


def to_latex(table: pd.DataFrame) -> str:
    """A booktabs table; special characters are escaped."""
    return table.to_latex(index=False, escape=True, na_rep="")


def to_markdown(table: pd.DataFrame) -> str:
    """A Markdown table."""
    return table.to_markdown(index=False, disable_numparse=True) + "\n"
