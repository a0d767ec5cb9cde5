from hypothesis import given
from hypothesis import strategies as st

from adiabatic.tasks.aligned_files import spaced


@given(count=st.integers(0, 500), limit=st.none() | st.integers(1, 600))
def test_spaced_positions_are_distinct_ordered_and_as_many_as_asked(count, limit):
    chosen = spaced(count, limit).tolist()
    assert chosen == sorted(set(chosen))
    assert len(chosen) == (count if limit is None else min(count, limit))
    assert all(0 <= position < count for position in chosen)
