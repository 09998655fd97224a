"""How many new alerts a second, over the last ten seconds."""

from collections import deque

_SECONDS = 10.0


class Rate:
    """Counts of the last seconds."""

    def __init__(self) -> None:
        self._added: deque[tuple[float, int]] = deque()

    def note(self, added: int, now: float) -> None:
        """Count some more, and forget what is too old."""
        if added:
            self._added.append((now, added))
        while self._added and self._added[0][0] <= now - _SECONDS:
            self._added.popleft()

    def per_second(self, now: float) -> float:
        """The rate now."""
        self.note(0, now)
        return sum(count for _, count in self._added) / _SECONDS
