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

    @property
    def visible(self) -> frozenset[int]:
        """The marked alerts that the table shows."""
        return frozenset(self.view.shown_among(self._ids))

    @property
    def hidden(self) -> frozenset[int]:
        """Those that it does not: what acts on the others must not surprise with them."""
        return frozenset(self._ids - self.view.shown_among(self._ids))

    def toggle(self, alert_id: int) -> None:
        """Mark an alert, or take its mark away."""
        if self.view.is_gone(alert_id):
            return
        self._ids ^= {alert_id}
        self._last = alert_id if alert_id in self._ids else None

    def mark_to(self, alert_id: int) -> None:
        """Mark all that is shown from the last mark to this alert; without one, only this alert."""
        end = self.view.index_of(alert_id)
        if end is None:
            return
        last = self.view.index_of(self._last)
        start = end if last is None else last
        low, high = sorted((start, end))
        rows = {self.view.row_at(index).id for index in range(low, high + 1)}
        self._ids |= self.view.shown_among(rows)
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
