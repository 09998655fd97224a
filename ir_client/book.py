"""Hold the present state of every alert that a client knows of.

Decides which of two states of an alert is the newer one, and counts what it holds. A slim row
serves lists; the whole alert stays as JSON and becomes a model only when one is opened, since a
hundred thousand models stop the program for a quarter of a second at each garbage collection.
Rows rest as bare tuples, which Python's collector passes over, and are named when looked at.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from operator import attrgetter
from typing import Any, NamedTuple

from .wire.alerts import Alert
from .wire.values import is_open

# What a late frame of an alert that was removed long ago costs is one row too many.
_REMEMBERED_REMOVALS = 100_000


class AlertRow(NamedTuple):
    """What lists, filters and sorts need of an alert; texts are as the server sent them."""

    id: int
    revision: int | None
    title: str
    severity: str
    status: str
    source: str
    threat_type: str
    rule_name: str | None
    source_ip: str | None
    destination_ip: str | None
    affected_hostname: str | None
    affected_user: str | None
    assigned_analyst_id: int | None
    incident_id: str | None
    correlation_id: str | None
    team: str | None
    tags: tuple[str, ...]
    occurrences: int
    risk_score: float | None
    updated_at: datetime
    received_at: datetime
    detected_at: datetime
    assigned_to: str | None

    @classmethod
    def of(cls, alert: Alert) -> "AlertRow":
        analyst = alert.assigned_analyst
        # One zone for all: each time that was read has brought an object of its own.
        updated_at = alert.updated_at.astimezone(UTC)
        received_at = alert.received_at.astimezone(UTC)
        detected_at = alert.detected_at.astimezone(UTC)
        assigned_to = analyst.username if analyst else None
        return cls._make((*_same_in(alert), updated_at, received_at, detected_at, assigned_to))


_DERIVED_FIELDS = 4
# Three times as fast as naming each field twice, and called for every state that comes.
_same_in = attrgetter(*AlertRow._fields[:-_DERIVED_FIELDS])


class ChangeKind(StrEnum):
    """What a state did to the book."""

    ADDED = "added"
    UPDATED = "updated"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class BookChange:
    """One change of the book: `before` is absent when added, `after` when removed."""

    kind: ChangeKind
    id: int
    before: AlertRow | None
    after: AlertRow | None


class Counts:
    """How many alerts the book holds, by severity and status."""

    def __init__(self) -> None:
        self._pairs: Counter[tuple[str, str]] = Counter()

    def by_severity(self, *, open_only: bool) -> dict[str, int]:
        """Alerts of each severity; with `open_only` those that still want attention."""
        totals: Counter[str] = Counter()
        for (severity, status), count in self._pairs.items():
            if not open_only or is_open(status):
                totals[severity] += count
        return dict(totals)

    def by_status(self) -> dict[str, int]:
        """Alerts in each status."""
        totals: Counter[str] = Counter()
        for (_, status), count in self._pairs.items():
            totals[status] += count
        return dict(totals)

    def _add(self, row: AlertRow) -> None:
        self._pairs[row.severity, row.status] += 1

    def _drop(self, row: AlertRow) -> None:
        pair = (row.severity, row.status)
        self._pairs[pair] -= 1
        if not self._pairs[pair]:
            del self._pairs[pair]


class AlertBook:
    """The current alerts, whatever the order in which their states arrive.

    A state replaces another only if it is newer: by `revision` where both have one, else by
    `updated_at`, where of two states of the same instant the one that arrives later wins. What a
    removal said goes for every state up to its revision, so that a late frame cannot bring back an
    alert that left the user's sight.
    """

    def __init__(self) -> None:
        self._rows: dict[int, tuple[Any, ...]] = {}
        self._json: dict[int, bytes] = {}
        self._removed: dict[int, int] = {}
        self.counts = Counts()

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[AlertRow]:
        return map(AlertRow._make, self._rows.values())

    def __contains__(self, alert_id: int) -> bool:
        return alert_id in self._rows

    @property
    def rows(self) -> Mapping[int, AlertRow]:
        """The rows by alert id, in the order in which the alerts were first seen; a live view."""
        return _Rows(self._rows)

    def bare_rows(self, alert_ids: Iterable[int] | None = None) -> Collection[tuple[Any, ...]]:
        """The rows, all or those of ids, as they rest: for whoever reads very many at once."""
        if alert_ids is None:
            return self._rows.values()
        return [self._rows[alert_id] for alert_id in alert_ids]

    def alert(self, alert_id: int) -> Alert | None:
        """The whole alert, or None when the book does not hold it."""
        encoded = self._json.get(alert_id)
        return Alert.model_validate_json(encoded) if encoded is not None else None

    def encoded(self, alert_id: int) -> bytes | None:
        """The whole alert as JSON, for whoever keeps many as they were; None as with `alert`."""
        return self._json.get(alert_id)

    def load(self, alerts: Iterable[Alert]) -> list[BookChange]:
        """Take in a page of a snapshot; live states that are newer stay."""
        return [change for alert in alerts if (change := self.apply(alert)) is not None]

    def apply(self, alert: Alert) -> BookChange | None:
        """Take in one state of an alert; None when the book already knew as much."""
        if self._was_removed(alert):
            return None
        before, after = self._row(alert.id), AlertRow.of(alert)
        if before is not None and not self._is_news(before, after, alert):
            return None
        self._removed.pop(alert.id, None)
        if before is not None:
            self.counts._drop(before)
        self._rows[alert.id] = tuple(after)
        self._json[alert.id] = _encoded(alert)
        self.counts._add(after)
        kind = ChangeKind.ADDED if before is None else ChangeKind.UPDATED
        return BookChange(kind, alert.id, before, after)

    def remove(self, alert_id: int, revision: int) -> BookChange | None:
        """Forget an alert that left the user's sight at `revision`; None if that is old news."""
        before = self._row(alert_id)
        if before is not None and before.revision is not None and before.revision > revision:
            return None
        self._note_removal(alert_id, revision)
        if before is None:
            return None
        del self._rows[alert_id], self._json[alert_id]
        self.counts._drop(before)
        return BookChange(ChangeKind.REMOVED, alert_id, before, None)

    def _row(self, alert_id: int) -> AlertRow | None:
        values = self._rows.get(alert_id)
        return AlertRow._make(values) if values is not None else None

    def _note_removal(self, alert_id: int, revision: int) -> None:
        known = self._removed.pop(alert_id, 0)
        self._removed[alert_id] = max(revision, known)  # the newest stands last
        if len(self._removed) > _REMEMBERED_REMOVALS:
            del self._removed[next(iter(self._removed))]

    def _was_removed(self, alert: Alert) -> bool:
        removed_at = self._removed.get(alert.id)
        return removed_at is not None and (alert.revision is None or alert.revision <= removed_at)

    def _is_news(self, before: AlertRow, after: AlertRow, alert: Alert) -> bool:
        if before.revision is not None and after.revision is not None:
            return after.revision > before.revision
        if after.updated_at != before.updated_at:
            return after.updated_at > before.updated_at
        return _encoded(alert) != self._json[after.id]


class _Rows(Mapping[int, AlertRow]):
    """The rows of a book by alert id: what is asked for is named then."""

    def __init__(self, rows: Mapping[int, tuple[Any, ...]]) -> None:
        self._rows = rows

    def __getitem__(self, alert_id: int) -> AlertRow:
        return AlertRow._make(self._rows[alert_id])

    def __iter__(self) -> Iterator[int]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


def _encoded(alert: Alert) -> bytes:
    return alert.model_dump_json(exclude_defaults=True).encode()
