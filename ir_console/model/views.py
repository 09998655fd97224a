"""Which alerts the table shows and in what order, with counts that are always those of its rows.

The order is newest first and an alert never moves in it: rows only come and go. A row that leaves
the filter while it must not vanish (it is under the cursor, or the display is held) stays as a
ghost: shown, but neither matching nor counted. While held, new rows wait outside. What passes is
decided elsewhere and told with each row.
"""

from bisect import bisect_left, bisect_right, insort
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from operator import attrgetter

from .rows import Key, Row

_pair_of = attrgetter("severity", "status")
# Below this part of all rows, sorting those shown is less work than passing over all of them.
_FEW = 20


class TableView:
    """The rows of the table. Index 0 is the newest."""

    def __init__(self) -> None:
        self.is_held = False
        self._rows: dict[int, Row] = {}
        self._known: list[Key] = []  # of all rows, put in order when asked for
        self._is_known_whole = True
        self._is_known_sorted = True
        self._order: list[Key] = []
        self._shown: set[int] = set()
        self._ghosts: set[int] = set()
        self._gone: set[int] = set()  # ghosts that will not come back by themselves
        self._waiting: set[int] = set()
        self._pairs: Counter[tuple[str, str]] = Counter()
        self._totals: Counter[tuple[str, str]] = Counter()  # of all rows

    def __len__(self) -> int:
        return len(self._order)

    def __iter__(self) -> Iterator[Row]:
        """The shown rows, newest first."""
        return (self._rows[alert_id] for _, alert_id in reversed(self._order))

    @property
    def known_count(self) -> int:
        """How many alerts there are, shown or not."""
        return len(self._rows) - len(self._gone)

    @property
    def matching_count(self) -> int:
        """How many rows are shown, ghosts aside."""
        return len(self._order) - len(self._ghosts)

    @property
    def waiting_count(self) -> int:
        """How many rows came while the display is held."""
        return len(self._waiting)

    def matching_ids(self) -> set[int] | None:
        """The alerts that match, as far as the rows tell: not while held."""
        return None if self.is_held else self.shown_matching()

    def shown_matching(self) -> set[int]:
        """The shown alerts, ghosts aside."""
        return self._shown - self._ghosts

    def shown_among(self, alert_ids: set[int]) -> set[int]:
        """Which of these are shown and still to be seen by this user, ghosts of the filter too."""
        return (alert_ids & self._shown) - self._gone

    def row_at(self, index: int) -> Row:
        return self._rows[self._order[-1 - index][1]]

    def get(self, alert_id: int | None) -> Row | None:
        return self._rows.get(alert_id) if alert_id is not None else None

    def index_of(self, alert_id: int | None) -> int | None:
        """Where a shown alert stands, or None when it is not shown."""
        if alert_id is None or alert_id not in self._shown:
            return None
        return len(self._order) - 1 - bisect_left(self._order, self._rows[alert_id].key)

    def is_ghost(self, alert_id: int) -> bool:
        return alert_id in self._ghosts

    def is_gone(self, alert_id: int) -> bool:
        """Whether a shown alert left the user's sight."""
        return alert_id in self._gone

    def newest_key(self) -> Key | None:
        return self._order[-1] if self._order else None

    def newer_than(self, key: Key) -> int:
        """How many shown rows are newer than `key`."""
        return len(self._order) - bisect_right(self._order, key)

    def by_severity(self) -> dict[str, int]:
        """Matching rows of each severity."""
        return _totals(self._pairs, 0)

    def by_status(self) -> dict[str, int]:
        """Matching rows in each status."""
        return _totals(self._pairs, 1)

    def put(self, row: Row, *, matches: bool = True, keep: int | None = None) -> None:
        """Take in an alert's present state; `keep` is the alert that must not vanish."""
        before = self._rows.get(row.id)
        if before is not None and before.key != row.key:
            self.remove(row.id)
            before = None
        if before is not None:
            self._totals[_pair_of(before)] -= 1
        self._totals[_pair_of(row)] += 1
        self._rows[row.id] = row
        self._gone.discard(row.id)
        if before is None:
            self._is_known_sorted &= not self._known or row.key > self._known[-1]
            self._known.append(row.key)
        if row.id in self._shown and before is not None:
            self._change(before, row, matches=matches, keeps=self.is_held or row.id == keep)
        elif matches and self.is_held:
            self._waiting.add(row.id)
        elif matches:
            self._show(row)
        else:
            self._waiting.discard(row.id)

    def remove(self, alert_id: int) -> None:
        """Forget an alert, whatever it was."""
        row = self._rows.get(alert_id)
        if row is None:
            return
        if alert_id in self._shown:
            self._hide(row)
        self._waiting.discard(alert_id)
        self._gone.discard(alert_id)
        self._totals[_pair_of(row)] -= 1
        del self._rows[alert_id]
        self._is_known_whole = False

    def withdraw(self, alert_id: int, *, keep: int | None = None) -> None:
        """Forget an alert that left the user's sight, or make it a ghost if it must not vanish."""
        row = self._rows.get(alert_id)
        if row is None:
            return
        if alert_id not in self._shown or not (self.is_held or alert_id == keep):
            self.remove(alert_id)
            return
        self._gone.add(alert_id)
        if alert_id not in self._ghosts:
            self._ghosts.add(alert_id)
            self._uncount(row)

    def show_only(self, matching: Collection[int], *, keep: int | None = None) -> None:
        """Show these alerts; one to `keep` stays as a ghost if it is not among them."""
        for alert_id in self._gone - {keep}:
            self.remove(alert_id)
        self._waiting.clear()
        self._ghosts.clear()
        self._shown = self._rows.keys() & matching
        self._shown -= self._gone
        self._order = self._keys_of_shown()
        self._pairs = self._count_shown()
        kept = self.get(keep)
        if kept is not None and kept.id not in self._shown:
            self._shown.add(kept.id)
            self._ghosts.add(kept.id)
            insort(self._order, kept.key)

    def release_ghosts(self, *, keep: int | None = None) -> None:
        """Let the ghosts go, unless the display is held."""
        if self.is_held:
            return
        for alert_id in self._ghosts - {keep}:
            if alert_id in self._gone:
                self.remove(alert_id)
            else:
                self._hide(self._rows[alert_id])

    def hold(self) -> None:
        """Freeze which rows are shown; what they say goes on changing."""
        self.is_held = True

    def resume(self, *, keep: int | None = None) -> None:
        """Show what came while held, and drop what left."""
        self.is_held = False
        self.release_ghosts(keep=keep)
        for alert_id in self._waiting:
            self._show(self._rows[alert_id])
        self._waiting.clear()

    def _keys_of_shown(self) -> list[Key]:
        if len(self._shown) < len(self._rows) // _FEW:
            return sorted(self._rows[alert_id].key for alert_id in self._shown)
        if not self._is_known_whole:
            self._known = [row.key for row in self._rows.values()]
        if not (self._is_known_whole and self._is_known_sorted):
            self._known.sort()
            self._is_known_whole = self._is_known_sorted = True
        return [key for key in self._known if key[1] in self._shown]

    def _count_shown(self) -> Counter[tuple[str, str]]:
        hidden = self._rows.keys() - self._shown
        if len(hidden) >= len(self._shown):
            return self._count(self._shown)
        counts = self._totals.copy()
        counts.subtract(self._count(hidden))
        return +counts

    def _count(self, alert_ids: Iterable[int]) -> Counter[tuple[str, str]]:
        return Counter(map(_pair_of, map(self._rows.__getitem__, alert_ids)))

    def _change(self, before: Row, row: Row, *, matches: bool, keeps: bool) -> None:
        if row.id not in self._ghosts:
            self._uncount(before)
        elif matches:
            self._ghosts.discard(row.id)
        else:
            return
        if matches:
            self._pairs[row.severity, row.status] += 1
        else:
            self._ghosts.add(row.id)
            if not keeps:
                self._hide(row)

    def _show(self, row: Row) -> None:
        self._shown.add(row.id)
        self._pairs[row.severity, row.status] += 1
        if not self._order or row.key > self._order[-1]:
            self._order.append(row.key)
        else:
            insort(self._order, row.key)

    def _hide(self, row: Row) -> None:
        self._shown.discard(row.id)
        del self._order[bisect_left(self._order, row.key)]
        if row.id in self._ghosts:
            self._ghosts.discard(row.id)
        else:
            self._uncount(row)

    def _uncount(self, row: Row) -> None:
        pair = (row.severity, row.status)
        self._pairs[pair] -= 1
        if not self._pairs[pair]:
            del self._pairs[pair]


def _totals(pairs: Counter[tuple[str, str]], position: int) -> dict[str, int]:
    totals: Counter[str] = Counter()
    for pair, count in pairs.items():
        totals[pair[position]] += count
    return dict(totals)
