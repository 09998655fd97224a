"""The fake server's log of changes, and how far each listener was told of it.

Decides the position that a frame carries: just before the oldest change that its listener was not
told of. Holds no alert: what is told is the state of the moment. Pure.
"""

from collections.abc import Collection
from typing import NamedTuple


class Entry(NamedTuple):
    """One change; `brings_in` when the alert was not there before."""

    seq: int
    alert_id: int
    brings_in: bool


class ChangeLog:
    """Every change of an alert, in its order, from seq 1 on."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self.trimmed_through = 0

    @property
    def head(self) -> int:
        """The seq of the newest change."""
        return len(self._entries)

    def note(self, alert_id: int, *, brings_in: bool) -> None:
        """Append a change."""
        self._entries.append(Entry(self.head + 1, alert_id, brings_in))

    def trim(self) -> None:
        """Forget all that was until now: nobody can resume from before it."""
        self.trimmed_through = self.head

    def after(self, seq: int) -> list[Entry]:
        """The changes after a position."""
        return self._entries[seq:]


class Telling:
    """What one listener was not told of yet."""

    def __init__(self, log: ChangeLog, *, since: int) -> None:
        self._log = log
        self._read_through = since
        self._waiting: dict[int, Entry] = {}

    @property
    def waiting(self) -> dict[int, Entry]:
        """The alerts that it was not told of, each with its first change, oldest first."""
        for entry in self._log.after(self._read_through):
            self._waiting.setdefault(entry.alert_id, entry)
        self._read_through = self._log.head
        return self._waiting

    @property
    def position(self) -> int:
        """Where to resume from when all that it was told is processed."""
        oldest = next(iter(self.waiting.values()), None)
        return self._read_through if oldest is None else oldest.seq - 1

    def told(self, alert_ids: Collection[int]) -> None:
        """Note that it was told the present state of these alerts."""
        waiting = self.waiting
        for alert_id in alert_ids:
            waiting.pop(alert_id, None)

    def forget(self) -> None:
        """Note that it is to fetch a snapshot: nothing waits any more."""
        self.waiting.clear()
