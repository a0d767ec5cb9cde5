"""All claims of adiabatic tuning, each tested as such."""

from dataclasses import asdict

import pandas as pd

from adiabatic.inference.candidates import Evidence
from adiabatic.inference.claims import (
    FROZEN_OUTPUT,
    NOT_TESTED,
    PRECISION,
    ROLES,
    STATEMENTS,
    Claim,
    claims_at,
)
from adiabatic.inference.comparisons import Candidate
from adiabatic.inference.window_claims import (
    above_claim,
    frozen_output_claim,
    precision_claims,
    window_claim,
)
from adiabatic.plan.runs import SWEEP


def claims_of(
    candidates: list[Candidate], evidence: Evidence, kinds: dict[str, str]
) -> list[Claim]:
    """All claims: a to d at every rate of the sweep and of ablations that freeze, then e to h.

    Args:
        kinds: of the configured tasks, by name.
    """
    sweep = [one for one in candidates if one.group == SWEEP]
    groups: dict[str, list[Candidate]] = {}
    for one in candidates:
        groups.setdefault(one.group, []).append(one)
    at_rates = [claim for one in sweep for claim in claims_at(one, evidence, kinds)]
    told = [*at_rates, window_claim(at_rates, evidence), above_claim(sweep, at_rates, evidence)]
    for ablated in groups.values():
        role = ROLES.get(ablated[0].first.changes, "") if ablated[0].first.ablation else ""
        if role == FROZEN_OUTPUT:
            told += [claim for one in ablated for claim in claims_at(one, evidence, kinds)]
            told.append(frozen_output_claim(sweep, ablated, at_rates, evidence))
        elif role == PRECISION:
            told += precision_claims(sweep, ablated, at_rates, evidence)
    known = {claim.claim for claim in told}
    told += [
        Claim(claim, NOT_TESTED, detail="no such ablation was configured")
        for claim in STATEMENTS
        if claim not in known
    ]
    return sorted(told, key=lambda claim: claim.claim)


def claims_frame(claims: list[Claim]) -> pd.DataFrame:
    """Claims as a frame, with their statements."""
    frame = pd.DataFrame([asdict(claim) for claim in claims])
    frame.insert(1, "statement", frame["claim"].map(STATEMENTS))
    return frame
