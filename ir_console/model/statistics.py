"""Figures of alerts over a span of time: how many, how bad, whose, and how fast they were worked.

Takes alerts one by one and keeps none of them, so that any number can be counted. Times to an
answer (MTTA) and to the end (MTTR) are averages from receipt, in minutes.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from ir_client.query.matching import OVERDUE_AFTER
from ir_client.wire.alerts import Alert
from ir_client.wire.values import ALERT_STATUSES, SEVERITIES, is_open

MOST_STEPS = 24
NOBODY = ""
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_STEPS = (
    *(minutes * _MINUTE for minutes in (1, 2, 5, 10, 15, 30)),
    *(hours * _HOUR for hours in (1, 2, 3, 6, 12)),
    *(days * _DAY for days in (1, 2, 7, 14, 30, 90, 365)),
)


@dataclass(slots=True)
class _Mean:
    total: float = 0.0
    count: int = 0

    def note(self, span: timedelta) -> None:
        # A clock that was put back in between makes no answer quicker than at once.
        self.total += max(0.0, span.total_seconds()) / 60
        self.count += 1

    @property
    def minutes(self) -> float | None:
        return self.total / self.count if self.count else None


@dataclass(slots=True)
class Group:
    """Some of the alerts: how many there are of each kind, and how fast they were worked."""

    alerts: int = 0
    open: int = 0
    overdue: int = 0
    unassigned: int = 0
    _answered: _Mean = field(default_factory=_Mean)
    _closed: _Mean = field(default_factory=_Mean)

    @property
    def closed(self) -> int:
        """Those that want no attention any more."""
        return self.alerts - self.open

    @property
    def mtta(self) -> float | None:
        """Average minutes to the first answer; None where nothing was answered."""
        return self._answered.minutes

    @property
    def mttr(self) -> float | None:
        """Average minutes to the end; None where nothing has ended."""
        return self._closed.minutes

    def note(self, alert: Alert, now: datetime) -> None:
        """Count one alert."""
        self.alerts += 1
        if is_open(alert.status):
            self.open += 1
            self.overdue += is_overdue(alert, now)
            self.unassigned += owner_of(alert) == NOBODY
        if alert.first_response_at is not None:
            self._answered.note(alert.first_response_at - alert.received_at)
        if (ended := alert.resolution_at or alert.closed_at) is not None:
            self._closed.note(ended - alert.received_at)

    def as_document(self) -> dict[str, Any]:
        """The figures for programs; minutes, or null."""
        names = ("alerts", "open", "closed", "overdue", "unassigned")
        return {name: getattr(self, name) for name in names} | {
            "mtta_minutes": _rounded(self.mtta),
            "mttr_minutes": _rounded(self.mttr),
        }


class Statistics:
    """The figures of the alerts that were received from `since` to `now`."""

    def __init__(self, *, since: datetime, now: datetime) -> None:
        self.since = since
        self.now = now
        self.all = Group()
        self.severities: dict[str, Group] = {}
        self.statuses: dict[str, int] = {}
        self.analysts: dict[str, Group] = {}
        """By who has the alert; `NOBODY` where nobody has."""
        self.step_seconds = _step((now - since).total_seconds())
        self._counts: dict[str, list[int]] = {}

    def note(self, alert: Alert) -> None:
        """Count one alert."""
        by_severity = self.severities.setdefault(alert.severity, Group())
        by_analyst = self.analysts.setdefault(owner_of(alert), Group())
        for group in (self.all, by_severity, by_analyst):
            group.note(alert, self.now)
        self.statuses[alert.status] = self.statuses.get(alert.status, 0) + 1
        counts = self._counts.setdefault(alert.severity, [0] * self._steps)
        counts[self._place(alert.received_at)] += 1

    def over_time(self, severity: str | None = None) -> list[int]:
        """Alerts in each step of time, of one severity or of all; the last step ends now."""
        if severity is not None:
            return list(self._counts.get(severity, [0] * self._steps))
        return [sum(column) for column in zip(*self._counts.values(), strict=True)] or (
            [0] * self._steps
        )

    def as_document(self) -> dict[str, Any]:
        """All of it for programs."""
        return {
            "since": self.since.isoformat(),
            "until": self.now.isoformat(),
            **self.all.as_document(),
            "by_severity": {
                name: self.severities[name].as_document() for name in in_order(self.severities)
            },
            "by_status": {name: self.statuses[name] for name in statuses_in_order(self.statuses)},
            "by_analyst": {
                name or "(nobody)": self.analysts[name].as_document()
                for name in sorted(self.analysts)
            },
            "over_time": {
                "step_seconds": self.step_seconds,
                "alerts": self.over_time(),
                "by_severity": {name: self.over_time(name) for name in in_order(self.severities)},
            },
        }

    @property
    def _steps(self) -> int:
        span = (self.now - self.since).total_seconds()
        return max(1, -int(-span // self.step_seconds))

    def _place(self, received: datetime) -> int:
        back = int((self.now - received).total_seconds() // self.step_seconds)
        return self._steps - 1 - max(0, min(self._steps - 1, back))


def is_overdue(alert: Alert, now: datetime) -> bool:
    """Whether an alert is open for too long; the server's word is better than our clock."""
    if alert.is_overdue is not None:
        return alert.is_overdue
    return is_open(alert.status) and now - alert.received_at > OVERDUE_AFTER


def owner_of(alert: Alert) -> str:
    """Who has the alert, by name where it is known; `NOBODY` where nobody has."""
    if alert.assigned_analyst is not None:
        return alert.assigned_analyst.username
    return NOBODY if alert.assigned_analyst_id is None else f"user {alert.assigned_analyst_id}"


def in_order(names: "dict[str, Group]") -> list[str]:
    """Severities from the worst on, then those that we do not know."""
    return [one for one in SEVERITIES if one in names] + sorted(set(names) - set(SEVERITIES))


def statuses_in_order(names: dict[str, int]) -> list[str]:
    """Statuses from the first on, then those that we do not know."""
    return [one for one in ALERT_STATUSES if one in names] + sorted(
        set(names) - set(ALERT_STATUSES)
    )


def _step(span_seconds: float) -> int:
    for step in _STEPS:
        if span_seconds <= step * MOST_STEPS:
            return step
    return -int(-span_seconds // MOST_STEPS)


def _rounded(minutes: float | None) -> float | None:
    return None if minutes is None else round(minutes, 2)
