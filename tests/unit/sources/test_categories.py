import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adiabatic.sources.categories import (
    TAXONOMY,
    CategorySets,
    PaperCategories,
    archive_of,
    canonical_of,
    is_known,
)

CATEGORIES = ["cs.CL", "cs.CV", "math.AG", "math.CO", "astro-ph.GA", "hep-th", "cmp-lg", "math.IT"]


def lists(sets):
    return pa.chunked_array([[list(names) for names in sets]], type=pa.list_(pa.string()))


@pytest.mark.parametrize(
    ("category", "canonical", "archive"),
    [
        ("cs.CL", "cs.CL", "cs"),
        ("cmp-lg", "cs.CL", "cs"),
        ("alg-geom", "math.AG", "math"),
        ("adap-org", "nlin.AO", "nlin"),
        ("supr-con", "cond-mat.supr-con", "cond-mat"),
        ("math.MP", "math-ph", "math-ph"),
        ("cs.NA", "math.NA", "math"),
        ("hep-th", "hep-th", "hep-th"),
        ("quant-ph", "quant-ph", "quant-ph"),
        ("cond-mat.mes-hall", "cond-mat.mes-hall", "cond-mat"),
        ("zz.NEW", "zz.NEW", "zz"),
    ],
)
def test_aliases_and_archives_are_those_of_arxiv(category, canonical, archive):
    assert canonical_of(category) == canonical
    assert archive_of(category) == archive
    assert is_known(category) == (category != "zz.NEW")


def test_the_taxonomy_is_closed():
    table = pd.read_csv(TAXONOMY, sep="\t")
    assert table["category"].is_unique
    assert table.equals(table.sort_values("category", key=lambda c: c.str.lower(), kind="stable"))
    for canonical in table["canonical"]:
        assert canonical_of(canonical) == canonical
    assert len(table) == 155 + 21


def test_primary_is_the_first_and_aliases_fall_together():
    papers = PaperCategories.of(lists([["math.IT", "cs.IT"], ["cs.IT"], ["zz.A", "cmp-lg"]]))
    assert [papers.names[n] for n in papers.primary] == ["cs.IT", "cs.IT", "zz.A"]
    assert papers.sets.toarray().sum(axis=1).tolist() == [1, 1, 2]
    assert papers.unknown == {"zz.A": 1}
    archives = papers.archives()
    assert archives[0] == archives[1] != archives[2]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sets(st.sampled_from(CATEGORIES), min_size=1), min_size=2, max_size=12))
def test_closest_first_orders_all_papers_that_share_a_category(sets):
    categories = PaperCategories.of(lists(sets))
    grouped = CategorySets.of(categories.sets)
    ranked = list(grouped.closest_first(grouped.papers.codes[0]))
    true = [{canonical_of(name) for name in names} for names in sets]

    def jaccard(paper):
        return len(true[0] & true[paper]) / len(true[0] | true[paper])

    values = [sorted({jaccard(paper) for paper in tied}) for tied in ranked]
    assert all(len(value) == 1 for value in values)
    assert values == sorted(values, reverse=True)
    sharing = {paper for paper in range(len(sets)) if true[0] & true[paper]}
    assert np.concatenate(ranked).tolist().__len__() == len(sharing)
    assert set(np.concatenate(ranked).tolist()) == sharing
