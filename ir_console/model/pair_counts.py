"""How many rows there are of each severity and status, counted as they come and go."""

from collections import Counter
from collections.abc import Iterable
from operator import attrgetter

from .rows import Row

_pair_of = attrgetter("severity", "status")


class PairCounts:
    """Counts of rows."""

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        self._pairs: Counter[tuple[str, str]] = Counter(map(_pair_of, rows))

    def add(self, row: Row) -> None:
        """Count a row."""
        self._pairs[row.severity, row.status] += 1

    def drop(self, row: Row) -> None:
        """Count a row no longer, as it was when it was counted."""
        pair = (row.severity, row.status)
        self._pairs[pair] -= 1
        if not self._pairs[pair]:
            del self._pairs[pair]

    def without(self, rows: Iterable[Row]) -> "PairCounts":
        """The counts of all others."""
        others = PairCounts()
        others._pairs = self._pairs - Counter(map(_pair_of, rows))
        return others

    def by_severity(self) -> dict[str, int]:
        """Rows of each severity."""
        return self._totals(0)

    def by_status(self) -> dict[str, int]:
        """Rows in each status."""
        return self._totals(1)

    def _totals(self, position: int) -> dict[str, int]:
        totals: Counter[str] = Counter()
        for pair, count in self._pairs.items():
            totals[pair[position]] += count
        return dict(totals)
