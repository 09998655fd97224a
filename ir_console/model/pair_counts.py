"""How many rows there are of each severity and status, counted as they come and go."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Set
from operator import attrgetter

from .rows import Row

_Pair = tuple[str, str]
_PAIR = attrgetter("severity", "status")
# Above this part of all rows, cutting sets of ids is less work than looking at row after row.
_MANY = 4
# So many rows take 4 ms to look at.
_SOON = 20_000


class PairIndex:
    """The ids of all rows by severity and status, to count many of them without looking at rows.

    A hundred thousand rows looked at one by one are 20 ms; a few sets cut with another are 4.
    """

    def __init__(self, rows: Mapping[int, Row]) -> None:
        self._rows = rows
        self._ids: defaultdict[_Pair, set[int]] = defaultdict(set)

    @property
    def few(self) -> int:
        """Fewer than so many are sooner counted row by row than by cutting sets."""
        return len(self._rows) // _MANY

    def add(self, row: Row) -> None:
        """Take in a row."""
        self._ids[row.severity, row.status].add(row.id)

    def drop(self, row: Row) -> None:
        """Forget a row, as it was when it was taken in."""
        self._ids[row.severity, row.status].discard(row.id)

    def ids_of(self, severity: str, *, among: Callable[[str], bool]) -> set[int]:
        """Those of a severity, among the statuses of which that is so."""
        found = [
            ids for (one, status), ids in self._ids.items() if one == severity and among(status)
        ]
        return set().union(*found)

    def counts_of(self, alert_ids: Set[int]) -> Mapping[_Pair, int]:
        """How many of some rows there are of each severity and status; of some there are none."""
        if len(alert_ids) == len(self._rows):
            return {pair: len(ids) for pair, ids in self._ids.items()}
        if len(alert_ids) < self.few:
            return Counter(map(_PAIR, map(self._rows.__getitem__, alert_ids)))
        if 2 * len(alert_ids) > len(self._rows):
            # The smaller of both sets is made.
            return {pair: len(ids) - len(ids - alert_ids) for pair, ids in self._ids.items()}
        return {pair: len(ids & alert_ids) for pair, ids in self._ids.items()}


class PairCounts:
    """Counts of the rows that are shown: of many that come at once, when they are asked for."""

    def __init__(self, index: PairIndex, alert_ids: Iterable[int] = ()) -> None:
        self._index = index
        self._pairs: Counter[_Pair] = Counter()
        self._uncounted = set(alert_ids)

    def add(self, row: Row) -> None:
        """Count a row."""
        self._pairs[row.severity, row.status] += 1

    def add_all(self, alert_ids: Set[int]) -> None:
        """Count many rows, of which the index knows."""
        self._uncounted |= alert_ids
        if _SOON < len(self._uncounted) < self._index.few // 2:
            # So many more will hardly come before they are asked for that sets become cheaper.
            self._count()

    def drop(self, row: Row) -> None:
        """Count a row no longer, as it was when it was counted."""
        if row.id in self._uncounted:
            self._uncounted.discard(row.id)
        else:
            self._pairs[row.severity, row.status] -= 1

    def by_severity(self) -> dict[str, int]:
        """Rows of each severity."""
        return self._totals(0)

    def by_status(self) -> dict[str, int]:
        """Rows in each status."""
        return self._totals(1)

    def _totals(self, position: int) -> dict[str, int]:
        self._count()
        totals: Counter[str] = Counter()
        for pair, count in self._pairs.items():
            if count:
                totals[pair[position]] += count
        return dict(totals)

    def _count(self) -> None:
        if self._uncounted:
            self._pairs.update(self._index.counts_of(self._uncounted))
            self._uncounted = set()
