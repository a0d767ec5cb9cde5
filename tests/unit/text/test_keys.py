import pandas as pd
import pyarrow as pa

from adiabatic.text.keys import text_keys


def test_keys_ignore_case_spaces_and_punctuation_only():
    keys = text_keys(pd.Series(["A b.", "a  B", "a-b!", "a c", "?!", "!?"]))
    assert keys[0] == keys[1] == keys[2]
    assert len({keys[0], keys[3], keys[4], keys[5]}) == 4


def test_keys_are_the_same_across_chunks():
    keys = text_keys(pa.chunked_array([["a", "b"], ["c"], ["B!", "d", "A"]]))
    assert keys.tolist() == [0, 1, 2, 1, 3, 0]
