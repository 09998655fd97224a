"""The marked alerts: by id, whatever the table shows of them at the moment.

A mark stays when its alert changes, leaves the filter or is fetched anew; only an alert that leaves
the user's sight loses it.
"""

from dataclasses import dataclass, field

from .views import TableView


@dataclass(slots=True)
class Marks:
    """Which alerts are marked, and the last one that was: where a range begins."""

    view: TableView
    _ids: set[int] = field(default_factory=set)
    _last: int | None = None

    def __len__(self) -> int:
        return len(self._ids)

    def __contains__(self, alert_id: int) -> bool:
        return alert_id in self._ids

    def has(self, line_id: int) -> bool:
        """Whether the alert of a line is marked, or all of its group."""
        if line_id > 0 or not self._ids:
            return line_id in self._ids
        members = self.view.members(line_id)
        return bool(members) and members <= self._ids

    @property
    def visible(self) -> frozenset[int]:
        """The marked alerts that the table shows."""
        return frozenset(self.view.shown_among(self._ids))

    @property
    def hidden(self) -> frozenset[int]:
        """Those that it does not: what acts on the others must not surprise with them."""
        return frozenset(self._ids - self.view.shown_among(self._ids))

    def toggle(self, alert_id: int) -> None:
        """Mark an alert, or all of a group, or take the marks away."""
        if self.view.is_gone(alert_id):
            return
        if alert_id < 0:
            self._toggle_all(self.view.members(alert_id))
            return
        self._ids ^= {alert_id}
        self._last = alert_id if alert_id in self._ids else None

    def mark_members(self, group_id: int) -> bool:
        """Mark all alerts of a group; False where there is no such group."""
        members = self.view.members(group_id)
        self._ids |= members
        return bool(members)

    def mark_to(self, alert_id: int) -> None:
        """Mark all that is shown from the last mark to this alert; without one, only this alert."""
        end = self.view.index_of(alert_id)
        if end is None:
            return
        last = self.view.index_of(self._last)
        start = end if last is None else last
        low, high = sorted((start, end))
        lines = {self.view.row_at(index).id for index in range(low, high + 1)}
        for line in [line for line in lines if line < 0]:
            lines |= self.view.members(line)
        self._ids |= self.view.shown_among(lines)
        self._last = alert_id

    def mark_all(self) -> None:
        """Mark all that pass the filter."""
        self._ids |= self.view.shown_matching()

    def invert(self) -> None:
        """Mark what passes the filter and is not marked, and the other way round."""
        self._ids ^= self.view.shown_matching()

    def drop(self, alert_ids: frozenset[int]) -> None:
        """Take these marks away."""
        self._ids -= alert_ids

    def _toggle_all(self, alert_ids: set[int]) -> None:
        if alert_ids <= self._ids:
            self._ids -= alert_ids
        else:
            self._ids |= alert_ids

    def clear(self) -> None:
        """Take all marks away."""
        self._ids.clear()
        self._last = None


def marks_words(marks: Marks) -> str:
    """How many are marked, and how many of them cannot be seen; nothing when none is."""
    if not len(marks):
        return ""
    hidden = len(marks.hidden)
    return f"{len(marks):,} marked" + (f", {hidden:,} hidden" if hidden else "")
