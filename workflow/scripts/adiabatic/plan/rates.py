"""How a learning rate is written, wherever a person reads one."""

import math


def rate(learning_rate: float) -> str:
    """A learning rate, always in the same way: `2e-8`, `1.3e-7`, `3e-3`; empty for none."""
    if math.isnan(learning_rate):
        return ""
    mantissa, exponent = f"{learning_rate:.2e}".split("e")
    return f"{float(mantissa):g}e{int(exponent)}"
