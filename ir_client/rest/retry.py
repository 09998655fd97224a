"""Decide whether a request is sent again, and when.

Only what cannot do harm is repeated: requests that never left, requests the server turned away
unread, and those that have no further effect when they are repeated: reads, plain updates, and
writes with an idempotency key. The caller waits and counts; a budget holds what all calls of a
client may repeat together, for a server that fails is not helped by being asked three times.
"""

from collections.abc import Callable
from dataclasses import dataclass

from ..errors import (
    APIStatusError,
    ConnectError,
    InvalidResponse,
    IRError,
    RateLimited,
    ServerError,
)

Uniform = Callable[[float, float], float]

_PASSING_STATUSES = frozenset({408, 425, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how soon. A server that asks for more than the cap gets no retry.

    `budget` is how many repetitions all calls of a client have in hand together; it is that of the
    policy with which the client is made.
    """

    max_attempts: int = 3
    base_seconds: float = 0.5
    cap_seconds: float = 8.0
    retry_after_cap_seconds: float = 120.0
    budget: int = 20


@dataclass(frozen=True, slots=True)
class Failure:
    """A failed attempt; `attempt` counts from 1."""

    error: IRError
    attempt: int
    idempotent: bool
    never_sent: bool = False
    retry_after: float | None = None


class RetryBudget:
    """How many repetitions a client has left; the time comes from the caller.

    So many in hand, one more for each eight requests that succeed, and one every five seconds: with
    a server that fails for long, a busy client asks hardly more often than without retries.
    """

    A_SUCCESS = 0.125
    A_SECOND = 0.2

    def __init__(self, capacity: float) -> None:
        self._capacity = self._left = capacity
        self._counted_at: float | None = None

    def succeeded(self) -> None:
        """A request had success."""
        self._left = min(self._capacity, self._left + self.A_SUCCESS)

    def take(self, now: float) -> bool:
        """Whether a repetition is left; then it is used up."""
        since = now if self._counted_at is None else self._counted_at
        self._counted_at = now
        self._left = min(self._capacity, self._left + (now - since) * self.A_SECOND)
        if self._left < 1:
            return False
        self._left -= 1
        return True


def delay_before_retry(failure: Failure, policy: RetryPolicy, uniform: Uniform) -> float | None:
    """Seconds to wait before the next attempt, or None when there must be none."""
    if failure.attempt >= policy.max_attempts or not _is_safe(failure):
        return None
    if failure.retry_after is not None:
        if failure.retry_after > policy.retry_after_cap_seconds:
            return None
        return failure.retry_after
    ceiling = min(policy.cap_seconds, policy.base_seconds * 2 ** (failure.attempt - 1))
    return uniform(ceiling / 2, ceiling)


def _is_safe(failure: Failure) -> bool:
    match failure.error:
        case RateLimited():
            return True
        case ConnectError():
            return failure.never_sent or failure.idempotent
        case ServerError() | APIStatusError():
            return failure.idempotent and failure.error.status in _PASSING_STATUSES
        case InvalidResponse():
            return False
        case _:
            # A timeout is not repeated: a server that hangs would be waited for thrice.
            return False
