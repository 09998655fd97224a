"""Which alerts the table shows and in what order, with counts that are always those of its rows.

The order is newest first and an alert never moves in it: rows only come and go. A row that leaves
the filter while it must not vanish (it is under the cursor, or the display is held) stays as a
ghost: shown, but neither matching nor counted. While held, new rows wait outside.
"""

from bisect import bisect_left, bisect_right, insort
from collections import Counter
from collections.abc import Iterator

from .filters import EVERYTHING, TextFilter
from .rows import Key, Row


class TableView:
    """The rows of the table. Index 0 is the newest."""

    def __init__(self) -> None:
        self.filter = EVERYTHING
        self.is_held = False
        self._rows: dict[int, Row] = {}
        self._order: list[Key] = []
        self._shown: set[int] = set()
        self._ghosts: set[int] = set()
        self._gone: set[int] = set()  # ghosts that will not come back by themselves
        self._waiting: set[int] = set()
        self._pairs: Counter[tuple[str, str]] = Counter()

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

    def put(self, row: Row, *, keep: int | None = None) -> None:
        """Take in an alert's present state; `keep` is the alert that must not vanish."""
        before = self._rows.get(row.id)
        if before is not None and before.key != row.key:
            self.remove(row.id)
            before = None
        self._rows[row.id] = row
        self._gone.discard(row.id)
        matches = self.filter.matches(row.haystack)
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
        del self._rows[alert_id]

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

    def set_filter(self, text_filter: TextFilter, *, keep: int | None = None) -> None:
        """Show what passes `text_filter`; an alert to `keep` stays as a ghost if it does not."""
        self.filter = text_filter
        for alert_id in self._gone - {keep}:
            self.remove(alert_id)
        self._waiting.clear()
        self._ghosts.clear()
        self._pairs.clear()
        known = (row for row in self._rows.values() if row.id not in self._gone)
        matching = [row for row in known if text_filter.matches(row.haystack)]
        self._shown = {row.id for row in matching}
        self._order = sorted(row.key for row in matching)
        self._pairs.update((row.severity, row.status) for row in matching)
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
