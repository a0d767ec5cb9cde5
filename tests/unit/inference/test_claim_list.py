import pandas as pd
from planted_outcomes import KINDS, Planted

from adiabatic.inference.claim_list import claims_frame, claims_of
from adiabatic.inference.claims import STATEMENTS


def test_all_claims_are_listed_in_order_those_without_a_test_as_such():
    world = Planted(lambda *about: 0.0, items=40)
    claims = claims_of(world.candidates, world.evidence(), KINDS)
    assert [claim.claim for claim in claims] == list("abcdefgh")
    frame = claims_frame(claims)
    assert frame["statement"].tolist() == list(STATEMENTS.values())
    told = frame.set_index("claim")
    assert told.loc[["f", "g", "h"], "verdict"].tolist() == ["not tested"] * 3
    assert told.loc["g", "detail"] == "no such ablation was configured"
    tested = frame.dropna(subset="p_value")
    assert set(tested["claim"]) == set("abcde")
    assert tested["null_hypothesis"].str.len().gt(0).all()
    assert tested["p_value"].between(0, 1).all()


def test_a_freezing_ablation_has_claims_of_its_own():
    world = Planted(lambda *about: 0.0, items=40, frozen=("freeze", (1e-6,)))
    frame = pd.DataFrame(claims_of(world.candidates, world.evidence(), KINDS))
    found = frame[frame["group"] == "frozen"]
    assert found["claim"].tolist() == ["a", "b", "c", "d", "g"]
