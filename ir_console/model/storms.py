"""When new alerts come faster than anyone can read, and when that is over."""

from collections import Counter, deque

_STORM_PER_SECOND = 50
_STORM_WINDOW_SECONDS = 3.0


class Storms:
    """Counts alerts by severity; knows whether there is a storm and what it has brought."""

    def __init__(self) -> None:
        self._arrivals: deque[tuple[float, Counter[str]]] = deque()
        self._storm: Counter[str] = Counter()

    @property
    def is_on(self) -> bool:
        """Whether there is a storm."""
        return bool(self._storm)

    @property
    def counts(self) -> Counter[str]:
        """What the present storm has brought so far."""
        return self._storm

    def note(self, counts: Counter[str], now: float) -> bool:
        """Take in what came; whether a storm begins with it."""
        if counts:
            self._arrivals.append((now, counts))
        self._forget(now)
        if self._storm:
            self._storm.update(counts)
            return False
        if self._in_window() <= _STORM_PER_SECOND * _STORM_WINDOW_SECONDS:
            return False
        for _, arrived in self._arrivals:
            self._storm.update(arrived)
        return True

    def end(self, now: float) -> Counter[str] | None:
        """What a storm has brought that is over now; None when none ends."""
        self._forget(now)
        rate = self._in_window() / _STORM_WINDOW_SECONDS
        if not self._storm or rate > _STORM_PER_SECOND / 2:
            return None
        ended, self._storm = self._storm, Counter()
        return ended

    def _in_window(self) -> int:
        return sum(arrived.total() for _, arrived in self._arrivals)

    def _forget(self, now: float) -> None:
        while self._arrivals and self._arrivals[0][0] <= now - _STORM_WINDOW_SECONDS:
            self._arrivals.popleft()
