"""What an analyst wants to come back to: alerts, each with a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

_MOST_REMINDERS = 500


@dataclass(frozen=True, slots=True)
class Reminder:
    """Come back to an alert at a time; `title` is safe to show. `is_said` once it was due."""

    alert_id: int
    due: datetime
    title: str
    is_said: bool = False


class Reminders:
    """One reminder at most for each alert."""

    def __init__(self) -> None:
        self._by_alert: dict[int, Reminder] = {}

    def __len__(self) -> int:
        return len(self._by_alert)

    def __iter__(self) -> Iterator[Reminder]:
        """The next one first."""
        return iter(sorted(self._by_alert.values(), key=lambda one: one.due))

    def __contains__(self, alert_id: int) -> bool:
        return alert_id in self._by_alert

    def is_due(self, alert_id: int) -> bool:
        """Whether the time of this alert has come, and it was not taken off the list since."""
        reminder = self._by_alert.get(alert_id)
        return reminder is not None and reminder.is_said

    @property
    def due_count(self) -> int:
        return sum(one.is_said for one in self._by_alert.values())

    def set(self, reminder: Reminder) -> bool:
        """Remember it; a second one for an alert replaces the first. False when there are 500."""
        if reminder.alert_id not in self._by_alert and len(self) >= _MOST_REMINDERS:
            return False
        self._by_alert[reminder.alert_id] = reminder
        return True

    def remove(self, alert_id: int) -> None:
        """Forget about an alert."""
        self._by_alert.pop(alert_id, None)

    def ring(self, now: datetime) -> Sequence[Reminder]:
        """Those whose time came just now; each only once."""
        due = [one for one in self if one.due <= now and not one.is_said]
        for one in due:
            self._by_alert[one.alert_id] = replace(one, is_said=True)
        return due
