"""Numbers as people read them; every number of a page, table or caption is written here."""

import math
import re

from adiabatic.plan.runs import rate_text

# Percentage points in a difference of 1.
POINTS = 100
MINUS = "\N{MINUS SIGN}"
# A number as it is written here, or a count, a share, a rate, a p-value.
NUMBER = re.compile(
    rf"<?[+{MINUS}]?\d[\d,]*(\.\d+)?(e-?\d+)?%?"
    r"( \[[^]]*\]| \(at (?:least|most) [^)]*\)| \([^)]* to [^)]*\))?"
)
# Metrics as the field writes them.
METRICS = {
    "accuracy": "accuracy",
    "map": "MAP",
    "mrr@10": "MRR@10",
    "ndcg@10": "nDCG@10",
    "success@1": "Success@1",
    "recall@100": "Recall@100",
    "unbiased": "language-unbiased recall",
}


def points(difference: float, decimals: int = 1) -> str:
    """A difference in percentage points with its sign: `+1.2`, `−0.3`, and `0.0` for none."""
    value = round(difference * POINTS, decimals)
    if math.isnan(value):
        return ""
    # Rounding leaves a sign on zero.
    sign = "" if value == 0 else "+" if value > 0 else MINUS
    return f"{sign}{abs(value):.{decimals}f}"


def with_interval(difference: float, low: float, high: float) -> str:
    """A difference and its interval in percentage points: `+1.0 [+0.5, +1.5]`."""
    if math.isnan(difference):
        return ""
    return f"{points(difference)} [{points(low)}, {points(high)}]"


def with_bound(difference: float, low: float) -> str:
    """A difference and its one-sided lower bound in percentage points: `−0.2 (at least −1.1)`."""
    if math.isnan(difference):
        return ""
    return f"{points(difference)} (at least {points(low)})"


def with_upper_bound(difference: float, high: float) -> str:
    """A difference and its one-sided upper bound in percentage points: `−4.2 (at most −3.1)`."""
    if math.isnan(difference):
        return ""
    return f"{points(difference)} (at most {points(high)})"


def score(value: float) -> str:
    """A score from 0 to 1, or a standard deviation of scores, in points: `94.5`."""
    return "" if math.isnan(value) else f"{value * POINTS:.1f}"


def digits(value: float) -> str:
    """A number of any size by three digits: `0.0123`, `−0.5`, `1.2e-6`."""
    if math.isnan(value):
        return ""
    mantissa, _, exponent = f"{value:.3g}".replace("-", MINUS, 1 if value < 0 else 0).partition("e")
    return f"{mantissa}e{int(exponent)}" if exponent else mantissa


def p_value(value: float) -> str:
    """A p-value: `0.012`, and `<0.001` below."""
    if math.isnan(value):
        return ""
    return "<0.001" if value < 0.001 else f"{value:.3f}"


def is_number(text: str) -> bool:
    """Whether a text is a number, with or without its interval or bound, which is aligned right."""
    return NUMBER.fullmatch(text) is not None


def rate(learning_rate: float) -> str:
    """A learning rate, always in the same way; empty for none."""
    return "" if math.isnan(learning_rate) else rate_text(learning_rate)


def metric(name: str) -> str:
    """A metric as the field writes it."""
    return METRICS.get(name, name)


def count(number: int, thing: str) -> str:
    """A number of things: `1 seed`, `3 seeds`, `12,000 items`."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def candidate(name: str, learning_rate: float, alpha: float) -> str:
    """What runs are called that differ in their seeds alone: `lora at 1e-4`."""
    parts = [] if math.isnan(alpha) else [f"alpha {alpha:g}"]
    parts += [] if math.isnan(learning_rate) else [rate(learning_rate)]
    return f"{name} at {' of '.join(parts)}" if parts else name
