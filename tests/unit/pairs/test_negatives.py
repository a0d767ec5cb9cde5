import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from adiabatic.io.errors import InputError
from adiabatic.pairs.negatives import LEVELS, STYLES, anchor_and_text, build_pairs
from adiabatic.sources.categories import archive_of

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
    frames = build_pairs(table(papers), list(STYLES), list(LEVELS), 40, 7)[0]
    return papers, {style: {level: frames[style, level] for level in LEVELS} for style in STYLES}


def table(papers):
    return pa.Table.from_pandas(papers, preserve_index=False)


def pairs_of(papers, levels, anchors, seed=0, style="title"):
    """The frames of one style by level."""
    frames, _ = build_pairs(table(papers), [style], levels, anchors, seed)
    return {level: frames[style, level] for level in levels}


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


def test_styles_share_anchors_and_negatives(built):
    title, first = built[1]["title"], built[1]["first-sentence"]
    for level in LEVELS:
        for column in ("anchor_id", "negative_id", "similarity"):
            assert title[level][column].equals(first[level][column])


def test_same_seed_same_pairs_and_levels_do_not_move_each_other(built):
    papers, frames = built
    again = pairs_of(papers, ["text", "random"], 40, 7)
    assert again["random"].equals(frames["title"]["random"])
    other = pairs_of(papers, ["random"], 40, 8)
    assert not other["random"].equals(frames["title"]["random"])


def test_the_number_of_jobs_changes_nothing(built, monkeypatch):
    monkeypatch.setattr("adiabatic.pairs.negatives.CHUNK", 50)
    papers, frames = built
    for jobs in (1, 2):
        again, _ = build_pairs(table(papers), list(STYLES), list(LEVELS), 40, 7, jobs)
        for style in STYLES:
            for level in LEVELS:
                assert again[style, level].equals(frames[style][level])


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
        pairs = pairs_of(frame(planted), [level], 7, seed)[level]
        chosen = pairs.set_index("anchor_id")["negative_id"]
        assert chosen["0000"] not in ("0000", "0001", "0002", "0003")


def test_an_abstract_of_one_sentence_has_no_first_sentence_pair():
    papers = frame([(f"T{n}", f"Only {n} sentence", "cs.CL") for n in range(5)])
    with pytest.raises(InputError, match="only 0 of 5 papers can serve the styles first-sentence"):
        pairs_of(papers, ["random"], 2, style="first-sentence")


def test_fewer_papers_than_anchors_is_an_error():
    with pytest.raises(InputError, match=r"pairs\.anchors: 50 found; only 10 of 10"):
        pairs_of(many(10), ["random"], 50)


def test_a_level_without_candidates_is_named():
    papers = frame([(f"Title {n}", f"Words {n} here. More {n}.", "hep-th") for n in range(8)])
    with pytest.raises(InputError, match="level archive has no candidate for 8"):
        pairs_of(papers, ["random", "archive"], 4)


def test_anchors_without_a_candidate_are_passed_over_and_counted():
    papers = pd.concat(
        [many(60), frame([(f"Lone {n}", f"Lone {n}. Text {n}.", "hep-th") for n in range(20)])],
        ignore_index=True,
    )
    papers["id"] = [f"{n:04d}" for n in range(len(papers))]
    frames, counts = build_pairs(table(papers), ["title"], ["archive"], 60, 0)
    assert len(frames["title", "archive"]) == 60
    assert counts["anchors without a negative at level archive"] > 0


@pytest.mark.parametrize("level", LEVELS)
def test_papers_that_say_nothing_of_their_own_are_never_chosen(level):
    empty = [
        ("Comment on 'A title'", "Comment on 'A title' by A. Author. Phys. Lett. 5.", "cs.CL"),
        (
            "Withdrawn one",
            "This paper has been withdrawn by the author. An error was found.",
            "cs.CL",
        ),
        ("Reply", "We reply to a comment on our recent theory. It is short.", "cs.CV"),
    ]
    papers = pd.concat([many(30), frame(empty)], ignore_index=True)
    papers["id"] = [f"{n:04d}" for n in range(len(papers))]
    pairs = pairs_of(papers, [level], 25)[level]
    used = set(pairs["anchor_id"]) | set(pairs["negative_id"])
    assert not used & {"0030", "0031", "0032"}


def test_legacy_categories_count_as_what_they_became():
    papers = many(40)
    papers["categories"] = [["cmp-lg"] if n % 2 else ["cs.CL"] for n in range(40)]
    chosen = pairs_of(papers, ["primary"], 40)["primary"]
    parity = chosen["anchor_id"].astype(int) % 2 != chosen["negative_id"].astype(int) % 2
    assert 5 < parity.sum() < 35


def test_unknown_categories_are_counted():
    papers = many(30)
    papers.at[3, "categories"] = ["zz.NEW", "cs.CL"]
    _, counts = build_pairs(table(papers), ["title"], ["random"], 5, 0)
    assert counts["papers in the unknown category zz.NEW"] == 1
