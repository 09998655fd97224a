"""Decide how many frames or commands may pass now.

A token bucket: `burst` at once, then `rate` a second. Holds a count and the time it was true.
Reads no clock: callers pass the time in, and a time that goes back adds nothing.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Rate:
    """`per_second` in the long run, `burst` at once."""

    per_second: float
    burst: float

    def __post_init__(self) -> None:
        if self.per_second <= 0 or self.burst < 1:
            raise ValueError("a rate lets at least one through at once and never stands still")


@dataclass(slots=True)
class TokenBucket:
    """What one connection may still do; it starts full."""

    rate: Rate
    now: float
    _tokens: float = field(init=False)

    def __post_init__(self) -> None:
        self._tokens = self.rate.burst

    def take(self, now: float, count: int = 1) -> bool:
        """Take so many tokens if they are there."""
        if now > self.now:
            self._refill(now)
        if self._tokens < count:
            return False
        self._tokens -= count
        return True

    def seconds_until_token(self, now: float) -> float:
        """How long until `take` succeeds; 0 when it would now."""
        self._refill(now)
        return max(0.0, (1 - self._tokens) / self.rate.per_second)

    def _refill(self, now: float) -> None:
        if now > self.now:
            grown = self._tokens + (now - self.now) * self.rate.per_second
            self._tokens = min(self.rate.burst, grown)
            self.now = now
