import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adiabatic.categories import CategorySets, archive_of
from adiabatic.errors import InputError
from adiabatic.pairs import LEVELS, STYLES, anchor_and_text, build_pairs

CATEGORIES = ["cs.CL", "cs.CV", "cs.LG", "math.AG", "math.CO", "astro-ph.GA", "astro-ph.EP"]


def frame(papers):
    """Papers as (title, abstract, categories)."""
    return pd.DataFrame(
        [
            {
                "id": f"{n:04d}",
                "title": title,
                "abstract": abstract,
                "categories": categories.split(),
            }
            for n, (title, abstract, categories) in enumerate(papers)
        ]
    )


def many(count=120, seed=0):
    rng = np.random.default_rng(seed)
    papers = []
    for n in range(count):
        names = rng.permutation(CATEGORIES)[: rng.integers(1, 4)]
        words = [" ".join(f"w{w}" for w in rng.integers(0, 60, 8)) for _ in range(3)]
        papers.append(
            (f"Title {n} {words[0]}", f"First {words[1]}. Then {words[2]}.", " ".join(names))
        )
    return frame(papers)


@pytest.fixture(scope="module")
def built():
    papers = many()
    return papers, {s: build_pairs(papers, s, list(LEVELS), 40, 7)[0] for s in STYLES}


def negative_papers(papers, pairs):
    return papers.set_index("id").loc[pairs["negative_id"]]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("level", LEVELS)
def test_columns_and_texts_belong_together(built, style, level):
    papers, frames = built
    pairs = frames[style][level]
    by_id = papers.set_index("id")
    assert len(pairs) == 40
    for row in pairs.itertuples():
        own, other = by_id.loc[row.anchor_id], by_id.loc[row.negative_id]
        assert (row.anchor, row.positive) == anchor_and_text(own.title, own.abstract, style)
        assert row.negative == anchor_and_text(other.title, other.abstract, style)[1]
        assert row.anchor_id != row.negative_id
        assert 0 <= row.similarity < 0.9


@pytest.mark.parametrize("style", STYLES)
def test_levels_hold_what_they_promise(built, style):
    papers, frames = built
    anchors = papers.set_index("id").loc[frames[style]["random"]["anchor_id"]]
    own = anchors["categories"]
    negative = {
        level: negative_papers(papers, frames[style][level])["categories"] for level in LEVELS
    }
    for mine, other in zip(own, negative["archive"], strict=True):
        assert archive_of(mine[0]) == archive_of(other[0])
        assert mine[0] != other[0]
    for mine, other in zip(own, negative["primary"], strict=True):
        assert mine[0] == other[0]
    similarity = frames[style]["text"]["similarity"], frames[style]["categories"]["similarity"]
    assert (similarity[0].to_numpy() >= similarity[1].to_numpy() - 1e-6).all()


@pytest.mark.parametrize("level", ["categories", "text"])
def test_no_paper_is_closer_in_categories_than_the_chosen(built, level):
    papers, frames = built

    def jaccard(one, other):
        return len(set(one) & set(other)) / len(set(one) | set(other))

    by_id = papers.set_index("id")["categories"]
    for row in frames["title"][level].itertuples():
        others = by_id.drop(row.anchor_id)
        best = max(jaccard(by_id[row.anchor_id], other) for other in others)
        assert jaccard(by_id[row.anchor_id], by_id[row.negative_id]) == pytest.approx(best)


def test_all_levels_share_their_anchors(built):
    for frames in built[1].values():
        for level in LEVELS:
            assert frames[level]["anchor_id"].equals(frames["random"]["anchor_id"])


def test_same_seed_same_pairs_and_levels_do_not_move_each_other(built):
    papers, frames = built
    again, _ = build_pairs(papers, "title", ["text", "random"], 40, 7)
    assert again["random"].equals(frames["title"]["random"])
    other, _ = build_pairs(papers, "title", ["random"], 40, 8)
    assert not other["random"].equals(frames["title"]["random"])


@pytest.mark.parametrize("level", LEVELS)
def test_planted_duplicates_are_never_chosen(level):
    text = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron"
    planted = [
        ("One title", f"Original {text}. The rest {text}.", "cs.CL"),
        ("one   TITLE!", "Nothing alike here. Truly other words.", "cs.CL"),
        ("Another", f"original {text}! the rest {text}", "cs.CL"),
        ("Third", f"Original {text} pi. The rest {text} pi.", "cs.CL"),
        ("Stranger", "Whales sing songs. Nobody knows why.", "cs.CL"),
        ("Foreign", "Rockets fly far. They burn much fuel.", "cs.CV"),
        ("Foreign too", "Trees grow slow. Their rings count years.", "cs.CV"),
    ]
    for seed in range(5):
        pairs = build_pairs(frame(planted), "title", [level], 7, seed)[0][level]
        chosen = pairs.set_index("anchor_id")["negative_id"]
        assert chosen["0000"] not in ("0000", "0001", "0002", "0003")


def test_an_abstract_of_one_sentence_has_no_first_sentence_pair():
    papers = frame([(f"T{n}", f"Only {n} sentence", "cs.CL") for n in range(5)])
    with pytest.raises(InputError, match="only 0 of 5 papers can serve the style first-sentence"):
        build_pairs(papers, "first-sentence", ["random"], 2, 0)


def test_fewer_papers_than_anchors_is_an_error():
    with pytest.raises(InputError, match=r"pairs\.anchors: 50 found; only 10 of 10"):
        build_pairs(many(10), "title", ["random"], 50, 0)


def test_a_level_without_candidates_is_named():
    papers = frame([(f"Title {n}", f"Words {n} here. More {n}.", "hep-th") for n in range(8)])
    with pytest.raises(InputError, match="level archive has no candidate for 8"):
        build_pairs(papers, "title", ["random", "archive"], 4, 0)


def test_anchors_without_a_candidate_are_passed_over_and_counted():
    papers = pd.concat(
        [many(60), frame([(f"Lone {n}", f"Lone {n}. Text {n}.", "hep-th") for n in range(20)])],
        ignore_index=True,
    )
    papers["id"] = [f"{n:04d}" for n in range(len(papers))]
    frames, counts = build_pairs(papers, "title", ["archive"], 60, 0)
    assert len(frames["archive"]) == 60
    assert counts["anchors without a negative at level archive"] > 0


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sets(st.sampled_from(CATEGORIES), min_size=1), min_size=2, max_size=12))
def test_closest_first_orders_all_papers_that_share_a_category(sets):
    categories = pd.Series([sorted(names) for names in sets])
    grouped = CategorySets.of(categories)
    ranked = grouped.closest_first(grouped.papers.codes[0])

    def jaccard(paper):
        return len(sets[0] & sets[paper]) / len(sets[0] | sets[paper])

    values = [sorted({jaccard(paper) for paper in tied}) for tied in ranked]
    assert all(len(value) == 1 for value in values)
    assert values == sorted(values, reverse=True)
    sharing = {paper for paper in range(len(sets)) if sets[0] & sets[paper]}
    assert {paper for tied in ranked for paper in tied.tolist()} == sharing
