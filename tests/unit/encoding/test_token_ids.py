import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from adiabatic.encoding.token_ids import TokenIds

TEXTS = st.lists(st.lists(st.integers(1, 300_000), min_size=1, max_size=9), min_size=1, max_size=20)


@given(texts=TEXTS, data=st.data())
def test_a_batch_holds_its_texts_and_padding(texts, data):
    tokens = TokenIds.of(texts)
    rows = np.array(data.draw(st.lists(st.integers(0, len(texts) - 1), min_size=1, max_size=9)))
    ids, mask = tokens.padded(rows, padding=0)
    assert ids.shape == mask.shape == (len(rows), max(len(texts[row]) for row in rows))
    for row, got, there in zip(rows, ids, mask, strict=True):
        assert got[there == 1].tolist() == texts[row]
        assert not got[there == 0].any()
        assert (np.diff(there) <= 0).all()
    wide, _ = tokens.padded(rows, padding=0, multiple=8)
    assert wide.shape[1] % 8 == 0
    assert np.array_equal(wide[:, : ids.shape[1]], ids)


@given(first=TEXTS, second=TEXTS)
def test_parts_are_joined_in_their_order(first, second):
    joined = TokenIds.joined([TokenIds.of(first), TokenIds.of(second)])
    assert [ids.tolist() for ids in joined.take(range(len(joined)))] == first + second
    assert joined.lengths.tolist() == [len(text) for text in first + second]
