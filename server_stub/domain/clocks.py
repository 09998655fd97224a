"""Decide what the clocks of alerts say. Reads none: the time is an argument.

An instant is the text that is stored and sent: RFC 3339 in UTC with six decimals, always as
long, so that comparing two texts compares two times.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from ir_client.wire.values import CLOSED_STATUSES, is_open

Clock = Callable[[], datetime]
Monotonic = Callable[[], float]

OVERDUE_AFTER = timedelta(hours=24)


def instant(moment: datetime) -> str:
    """Write an aware time as the text that is stored and sent."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")[:26] + "Z"


def optional_instant(moment: datetime | None) -> str | None:
    return None if moment is None else instant(moment)


def moment_of(written: str) -> datetime:
    """The time that an instant says."""
    return datetime.fromisoformat(written)


@dataclass(frozen=True, slots=True)
class AlertClocks:
    """When an alert was first answered, contained, resolved and closed; instants."""

    first_response_at: str | None = None
    containment_at: str | None = None
    resolution_at: str | None = None
    closed_at: str | None = None


def after_move(clocks: AlertClocks, *, before: str, after: str, now: str) -> AlertClocks:
    """The clocks of an alert once its status moved from `before` to `after`."""
    if before == after:
        return clocks
    if before == "new" and clocks.first_response_at is None:
        clocks = replace(clocks, first_response_at=now)
    if after == "contained":
        clocks = replace(clocks, containment_at=now)
    if after in CLOSED_STATUSES and before not in CLOSED_STATUSES:
        clocks = replace(clocks, resolution_at=now, closed_at=now)
    if after not in CLOSED_STATUSES:
        clocks = replace(clocks, resolution_at=None, closed_at=None)
    return clocks


@lru_cache(maxsize=1)  # thousands of rows are rendered for the same moment
def overdue_before(now: datetime) -> str:
    """Open alerts received before this instant are overdue."""
    return instant(now - OVERDUE_AFTER)


def is_overdue(status: str, *, received_at: str, now: datetime) -> bool:
    return is_open(status) and received_at < overdue_before(now)


def minutes_between(start: str, end: str | None) -> float | None:
    """Minutes from one instant to another, to a hundredth; None while there is no end."""
    if end is None:
        return None
    return round((moment_of(end) - moment_of(start)).total_seconds() / 60, 2)
