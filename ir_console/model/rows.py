"""What the table shows of one alert, made safe once when the alert changes, not when painted."""

from dataclasses import dataclass

from msgspec import Struct

from ir_client.book import AlertRow
from ir_client.wire.alerts import Alert
from ir_client.wire.values import is_open
from ir_console.safe_text import safe_text

Key = tuple[float, int]
"""Where a row stands: by the time it was received, then by its id; both never change."""

_TITLE_LIMIT = 300
_NAME_LIMIT = 80


# There is one of each alert, and it can be in no cycle: Python's collector need not go through a
# hundred thousand of them, which takes longer than a key may.
class Row(Struct, frozen=True, gc=False):
    """One line of the table; every text is safe to paint."""

    id: int
    revision: int | None
    received: float
    severity: str
    status: str
    title: str
    target: str
    source: str
    owner: str
    owner_id: int | None
    rule: str
    occurrences: int
    host: str
    address: str
    user: str
    correlation: str
    risk: float | None
    updated: float
    is_seen_again: bool = False
    """Reported once more after it was closed."""

    @property
    def key(self) -> Key:
        return (self.received, self.id)

    @property
    def is_open(self) -> bool:
        return is_open(self.status)

    @classmethod
    def of(cls, alert: AlertRow, *, is_seen_again: bool = False) -> "Row":
        return cls(
            id=alert.id,
            revision=alert.revision,
            received=alert.received_at.timestamp(),
            severity=alert.severity,
            status=alert.status,
            title=safe_text(alert.title, _TITLE_LIMIT),
            target=_name(alert.affected_hostname or alert.destination_ip or alert.source_ip),
            source=_name(alert.source),
            owner=_name(alert.assigned_to or _number(alert.assigned_analyst_id)),
            owner_id=alert.assigned_analyst_id,
            rule=safe_text(alert.rule_name or alert.title, _TITLE_LIMIT),
            occurrences=alert.occurrences,
            host=_name(alert.affected_hostname),
            address=_name(alert.source_ip or alert.destination_ip),
            user=_name(alert.affected_user),
            correlation=_name(alert.correlation_id),
            risk=alert.risk_score,
            updated=alert.updated_at.timestamp(),
            is_seen_again=is_seen_again,
        )


@dataclass(frozen=True, slots=True)
class GroupRow:
    """The line of a group: of what kind it is, and how many of its alerts match."""

    id: int
    kind: str
    name: str
    count: int
    severities: dict[str, int]
    is_folded: bool


def seen_again(alert: Alert) -> bool:
    """Whether an alert was reported once more after it was closed."""
    last, closed = alert.last_seen_at, alert.closed_at
    return last is not None and closed is not None and last > closed and not is_open(alert.status)


def came_back(before: Row, after: Row) -> bool:
    """Whether an alert was just reported once more after it was closed."""
    return after.is_seen_again and after.occurrences > before.occurrences


def _name(text: str | None) -> str:
    return safe_text(text, _NAME_LIMIT) if text else ""


def _number(user_id: int | None) -> str | None:
    return None if user_id is None else f"user {user_id}"
