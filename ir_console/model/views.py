"""Which alerts the table shows and in what order, with counts that are always those of its rows.

Rows stand newest first, or on the shelves and in the groups of an arrangement; there the lines of
groups are lines too, with ids below zero. A shown row never moves by itself: it comes and goes, and
moves when told to settle. A row that leaves the filter while it must not vanish (it is under the
cursor, or the display is held) stays as a ghost: shown, but neither matching nor counted. While
held, new rows wait outside. What passes is decided elsewhere and told with each row.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Collection, Sequence, Set

from .arranged import Arranged
from .arranging import Arrangement
from .pair_counts import PairCounts
from .rows import Key, Row
from .shown_rows import ShownRows


class TableView(ShownRows):
    """The lines of the table, as alerts come, change and go."""

    def put(self, row: Row, *, matches: bool = True, keep: int | None = None) -> None:
        """Take in an alert's present state; `keep` is the alert that must not vanish."""
        before = self._rows.get(row.id)
        if before is not None and before.key != row.key:
            self.remove(row.id)
            before = None
        if before is not None:
            self._index.drop(before)
        self._index.add(row)
        self._rows[row.id] = row
        self._gone.discard(row.id)
        key = row.key
        if before is None:
            self._known.add(key)
        if row.id in self._shown and before is not None:
            self._change(before, row, matches=matches, keeps=self.is_held or row.id == keep)
        elif matches and self.is_held:
            self._waiting.add(row.id)
        elif matches:
            self._show(row, key)
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
        self._index.drop(row)
        del self._rows[alert_id]
        self._known.drop(row.key)

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
            self._pairs.drop(row)

    def show_only(
        self,
        matching: Collection[int],
        *,
        keep: int | None = None,
        arrangement: Arrangement | None = None,
    ) -> object:
        """Show these alerts; one to `keep` stays as a ghost if it is not among them.

        They stand as before, or in another `arrangement`. Returns what showed those before: to let
        go of a million takes as long as a paint, and can wait.
        """
        before = (self._order, self._shown, self._arranged)
        for alert_id in self._gone - {keep}:
            self.remove(alert_id)
        self._waiting.clear()
        self._ghosts.clear()
        self._shown = self._rows.keys() & matching
        self._shown -= self._gone
        self._order = self._known.of(self._shown, self._rows)
        self._pairs = PairCounts(self._index, self._shown)
        kept = self.get(keep)
        if kept is not None and kept.id not in self._shown:
            self._shown.add(kept.id)
            self._ghosts.add(kept.id)
            insort(self._order, kept.key)
        self._arrangement = arrangement or self._arrangement
        self._arrange_anew()
        return before

    def show_among(
        self, keys: Sequence[Key], matching: Set[int], *, keep: int | None = None
    ) -> None:
        """Show these of the alerts that the keys, in their order and without a gap, are of."""
        if not keys:
            return
        first, end = bisect_left(self._order, keys[0]), bisect_right(self._order, keys[-1])
        there = {alert_id for _, alert_id in self._order[first:end]}
        for alert_id in there - matching:
            if alert_id not in self._ghosts:
                row = self._rows[alert_id]
                self._change(row, row, matches=False, keeps=self.is_held or alert_id == keep)
        for alert_id in self._ghosts & there & matching - self._gone:
            self._change(self._rows[alert_id], self._rows[alert_id], matches=True, keeps=True)
        coming = matching - self._shown - self._gone
        found = [key for key in keys if key[1] in coming]
        self._waiting -= coming
        self._shown |= coming
        self._pairs.add_all(coming)
        end = bisect_right(self._order, keys[-1])
        self._order[first:end] = sorted([*self._order[first:end], *found])
        if self._arranged is not None:
            self._arranged.fill(found)

    def arrange(self, arrangement: Arrangement) -> None:
        """Let the rows stand in another way; asked for again, they settle."""
        if arrangement == self._arrangement:
            self.settle()
            return
        self._arrangement = arrangement
        self._arrange_anew()

    def settle(self) -> None:
        """Put what changed where it belongs by now."""
        if self._arranged is not None:
            self._arranged.settle()

    def fold(self, line_id: int) -> int | None:
        """Fold the group of a line, or unfold it; its id, None where rows are in no groups."""
        return None if self._arranged is None else self._arranged.toggle(line_id)

    def fold_all(self) -> None:
        """Fold all groups, or unfold all if none is unfolded."""
        if self._arranged is not None:
            self._arranged.toggle_all()

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
            row = self._rows[alert_id]
            self._show(row, row.key)
        self._waiting.clear()

    def _arrange_anew(self) -> None:
        self._arranged = None
        if not self._arrangement.is_plain:
            self._arranged = Arranged(self._rows, self._arrangement, self._memory)
            self._arranged.fill(self._order)

    def _change(self, before: Row, row: Row, *, matches: bool, keeps: bool) -> None:
        if self._arranged is not None:
            self._arranged.note_changed(before, row)
        if row.id not in self._ghosts:
            self._pairs.drop(before)
        elif matches:
            self._ghosts.discard(row.id)
        else:
            return
        if matches:
            self._pairs.add(row)
        else:
            self._ghosts.add(row.id)
            if not keeps:
                self._hide(row)

    def _show(self, row: Row, key: Key) -> None:
        # One key for all lists that a row is in: to let a million go takes its time.
        self._shown.add(row.id)
        self._pairs.add(row)
        if not self._order or key > self._order[-1]:
            self._order.append(key)
        else:
            insort(self._order, key)
        if self._arranged is not None:
            self._arranged.add(row, key)

    def _hide(self, row: Row) -> None:
        self._shown.discard(row.id)
        del self._order[bisect_left(self._order, row.key)]
        if self._arranged is not None:
            self._arranged.discard(row)
        if row.id in self._ghosts:
            self._ghosts.discard(row.id)
        else:
            self._pairs.drop(row)
