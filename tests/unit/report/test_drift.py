import numpy as np


def test_rows_of_queries_have_the_gain_there(tables):
    rows = tables["drift"].rows
    assert set(rows["run"].str.split("-").str[0]) == {"sweep"}
    of_queries = rows["kind"] == "queries"
    assert rows.loc[of_queries, "difference"].notna().all()
    assert rows.loc[~of_queries, "difference"].isna().all()
    english = rows[of_queries & (rows["name"] == "held-out") & (rows["learning_rate"] == 1e-5)]
    assert np.allclose(english["difference"], 0.15, atol=0.05)


def test_the_caption_tells_drift_and_gain_of_each_rate(tables):
    assert "1e-6: drift 0.0001, +" in tables["drift"].caption
    assert "1 − cosine" in tables["drift"].caption
