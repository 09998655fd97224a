"""Access and filters as SQL. The access rule is `access.sees_alert`; a test holds both equal."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, true

from ir_client.query import Query
from ir_client.wire.values import CLOSED_STATUSES, severity_rank
from server_stub.access import Viewer
from server_stub.domain.clocks import instant, overdue_before
from server_stub.storage.filter_sql import query_condition
from server_stub.storage.schema import alerts, incidents

SortField = Literal["received_at", "detected_at", "severity", "status", "updated_at"]
SortOrder = Literal["asc", "desc"]

SORT_COLUMNS = {
    "received_at": alerts.c.received_at,
    "detected_at": alerts.c.detected_at,
    "severity": alerts.c.severity_rank,
    "status": alerts.c.status,
    "updated_at": alerts.c.updated_at,
}

_LIKE_SPECIAL = str.maketrans({"\\": r"\\", "%": r"\%", "_": r"\_"})


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """Which alerts are asked for; what is empty or None does not narrow."""

    search: str | None = None
    severity: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    threat_type: tuple[str, ...] = ()
    assigned_analyst_id: int | None = None
    incident_id: str | None = None
    detected_after: datetime | None = None
    detected_before: datetime | None = None
    received_after: datetime | None = None
    received_before: datetime | None = None
    updated_after: datetime | None = None
    false_positives: bool | None = None
    reported: bool | None = None
    overdue_only: bool = False
    query: Query | None = None


@dataclass(frozen=True, slots=True)
class AlertOrder:
    """How alerts are sorted; ties by id, in the same direction."""

    by: SortField = "received_at"
    order: SortOrder = "desc"

    def clauses(self) -> list[ColumnElement[object]]:
        keys = [SORT_COLUMNS[self.by], alerts.c.id]
        return [key.desc() if self.order == "desc" else key.asc() for key in keys]

    def beyond(self, value: str | int, alert_id: int) -> ColumnElement[bool]:
        """What comes after the alert `alert_id`, whose sort key is `value`."""
        key, row_id = SORT_COLUMNS[self.by], alerts.c.id
        if self.order == "desc":
            return and_(key <= value, or_(key < value, row_id < alert_id))
        return and_(key >= value, or_(key > value, row_id > alert_id))


def visible_alerts(viewer: Viewer) -> ColumnElement[bool]:
    """The alerts that exist for `viewer`."""
    if viewer.sees_everything:
        return true()
    ways: list[ColumnElement[bool]] = [alerts.c.team.is_(None)]
    # One by one: that takes SQLite half the time of a list, and is asked of many alerts.
    ways += [alerts.c.team == team for team in sorted(viewer.teams)]
    if viewer.user_id is not None:
        ways.append(alerts.c.assigned_analyst_id == viewer.user_id)
    return or_(*ways)


def visible_incidents(viewer: Viewer) -> ColumnElement[bool]:
    """The incidents that exist for `viewer`."""
    if viewer.sees_everything:
        return true()
    holds_visible_alert = exists().where(
        alerts.c.incident_id == incidents.c.incident_id, visible_alerts(viewer)
    )
    if viewer.user_id is None:
        return holds_visible_alert
    return or_(
        incidents.c.owner_id == viewer.user_id,
        incidents.c.assigned_analyst_id == viewer.user_id,
        holds_visible_alert,
    )


def unindexed(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """All of the conditions, in words that no planner takes for the columns of an index."""
    return func.coalesce(and_(true(), *conditions), false())


def contains(search_text: ColumnElement[str], searched: str) -> ColumnElement[bool]:
    """Whether a text that was stored without case holds what is searched."""
    pattern = searched.casefold().translate(_LIKE_SPECIAL)
    return search_text.like(f"%{pattern}%", escape="\\")


def matching(
    wanted: AlertFilter, *, now: datetime, me: int | None = None
) -> list[ColumnElement[bool]]:
    """The conditions of `wanted`, asked by the user `me`."""
    asked = [] if wanted.query is None else [query_condition(wanted.query, now=now, me=me)]
    return [*_texts(wanted), *_people(wanted), *_times(wanted), *_states(wanted, now), *asked]


def _texts(wanted: AlertFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.search:
        yield contains(alerts.c.search_text, wanted.search)
    columns = (
        # The indexes have the rank.
        (alerts.c.severity_rank, tuple(map(severity_rank, wanted.severity))),
        (alerts.c.status, wanted.status),
        (alerts.c.source, wanted.source),
        (alerts.c.threat_type, wanted.threat_type),
    )
    for column, values in columns:
        if values:
            yield column.in_(values)


def _people(wanted: AlertFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.assigned_analyst_id is not None:
        yield alerts.c.assigned_analyst_id == wanted.assigned_analyst_id
    if wanted.incident_id is not None:
        yield alerts.c.incident_id == wanted.incident_id


def _times(wanted: AlertFilter) -> Iterator[ColumnElement[bool]]:
    lower = (
        (alerts.c.detected_at, wanted.detected_after),
        (alerts.c.received_at, wanted.received_after),
        (alerts.c.updated_at, wanted.updated_after),
    )
    upper = (
        (alerts.c.detected_at, wanted.detected_before),
        (alerts.c.received_at, wanted.received_before),
    )
    yield from (column >= instant(moment) for column, moment in lower if moment is not None)
    yield from (column <= instant(moment) for column, moment in upper if moment is not None)


def _states(wanted: AlertFilter, now: datetime) -> Iterator[ColumnElement[bool]]:
    if wanted.false_positives is not None:
        is_false_positive = alerts.c.status == "false_positive"
        yield is_false_positive if wanted.false_positives else ~is_false_positive
    if wanted.reported is not None:
        yield alerts.c.reported.is_(wanted.reported)
    if wanted.overdue_only:
        yield alerts.c.status.not_in(CLOSED_STATUSES)
        yield alerts.c.received_at < overdue_before(now)
