"""Tables for people: the overview of runs and the levels, as CSV, Markdown and LaTeX."""

import pandas as pd

POINTS = 100


def overview_table(window: pd.DataFrame) -> pd.DataFrame:
    """One row a family, one column a learning rate: the base's value, differences in points."""
    window = window.assign(
        cell=[
            f"{row.difference * POINTS:+.1f} [{row.ci_low * POINTS:+.1f}, {row.ci_high * POINTS:+.1f}]"
            for row in window.itertuples()
        ],
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
                f"{r.english_gain * POINTS:+.1f} [{r.ci_low * POINTS:+.1f}, {r.ci_high * POINTS:+.1f}]"
                for r in runs.itertuples()
            ],
            "verdict": runs["verdict"],
            "languages degraded": runs["languages_degraded"].replace("", "none"),
            "languages undecided": runs["languages_undecided"].replace("", "none"),
            "worst language": [
                f"{r.worst_language} {r.worst_difference * POINTS:+.1f}" for r in runs.itertuples()
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


def shown_run(runs: pd.DataFrame) -> str:
    """The run that figures of one run show: the recommended, else that of the largest gain."""
    return runs.sort_values(["recommended", "english_gain"], ascending=False)["run"].iloc[0]


def to_latex(table: pd.DataFrame) -> str:
    """A booktabs table; special characters are escaped."""
    return table.to_latex(index=False, escape=True, na_rep="")


def to_markdown(table: pd.DataFrame) -> str:
    """A Markdown table."""
    return table.to_markdown(index=False, disable_numparse=True) + "\n"
