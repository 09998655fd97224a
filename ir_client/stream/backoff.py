"""Decide how long to wait before the next attempt.

Full jitter: any delay between nothing and the ceiling is as likely as any other, so that a
thousand consoles do not come back to a restarted server in step.
"""

from collections.abc import Callable

Uniform = Callable[[float, float], float]

BASE_SECONDS = 0.5
CAP_SECONDS = 60.0
_LAST_DOUBLING = 7  # 0.5 · 2^7 is over the cap; higher powers would only overflow one day


def ceiling_seconds(failures: int) -> float:
    """The longest delay after `failures` failed attempts, counted from 0."""
    return min(CAP_SECONDS, BASE_SECONDS * 2.0 ** min(failures, _LAST_DOUBLING))


def delay_seconds(failures: int, uniform: Uniform) -> float:
    """A delay drawn from U(0, ceiling)."""
    return uniform(0.0, ceiling_seconds(failures))
