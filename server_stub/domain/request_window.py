"""Decide whether one more request fits into the last minute.

Counts the requests of any sixty seconds exactly, so that no edge between two minutes lets twice
as many through. Reads no clock.
"""

from collections import deque

WINDOW_SECONDS = 60.0
# What is a minute ago but for the last digit leaves no wait, and 0 would say that it was admitted.
_LEAST_WAIT_SECONDS = 1e-6


class RequestWindow:
    """When the requests of the last minute came."""

    def __init__(self) -> None:
        self._times: deque[float] = deque()

    def admit(self, now: float, *, limit: int) -> float:
        """0 and the request counts, or the seconds until one fits."""
        self._forget_before(now - WINDOW_SECONDS)
        if len(self._times) < limit:
            self._times.append(now)
            return 0.0
        wait = self._times[len(self._times) - limit] + WINDOW_SECONDS - now
        return max(wait, _LEAST_WAIT_SECONDS)

    def left(self, now: float, *, limit: int) -> int:
        """How many more requests fit now."""
        self._forget_before(now - WINDOW_SECONDS)
        return max(0, limit - len(self._times))

    def _forget_before(self, since: float) -> None:
        while self._times and self._times[0] <= since:
            self._times.popleft()

    def is_idle(self, now: float) -> bool:
        """Whether nothing of the last minute is held."""
        return not self._times or self._times[-1] <= now - WINDOW_SECONDS
