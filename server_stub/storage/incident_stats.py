"""Count incidents: by status, severity and priority, late ones, and how long they took."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Label, and_, case, func, or_, select

from ir_client.wire.incidents import IncidentStats
from ir_client.wire.values import CLOSED_STATUSES
from server_stub.storage.schema import incidents

_OPEN = incidents.c.status.not_in(CLOSED_STATUSES)


def read_stats(connection: Connection, visible: ColumnElement[bool], *, now: str) -> IncidentStats:
    """The counts of what is `visible`."""
    table = incidents.c
    counts = select(
        func.count().label("total"),
        _number_of(_OPEN, "open"),
        _number_of(and_(_OPEN, _is_late(now)), "overdue"),
        _number_of(and_(_OPEN, table.assigned_analyst_id.is_(None)), "unassigned"),
        _average_minutes(table.first_response_at, "average_time_to_first_response"),
        _average_minutes(table.resolved_at, "average_time_to_resolution"),
    ).where(visible)
    return IncidentStats(
        **connection.execute(counts).one()._mapping,
        by_status=_grouped(connection, table.status, visible),
        by_severity=_grouped(connection, table.severity, visible, _OPEN),
        by_priority=_grouped(connection, table.priority, visible, _OPEN),
    )


def _is_late(now: str) -> ColumnElement[bool]:
    """`domain.sla.is_late` of either deadline, of an open incident."""
    table = incidents.c
    answered_at = func.coalesce(table.first_response_at, now)
    return or_(table.response_sla_deadline < answered_at, table.resolution_sla_deadline < now)


def _number_of(condition: ColumnElement[bool], name: str) -> Label[Any]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0).label(name)


def _average_minutes(end: ColumnElement[Any], name: str) -> Label[Any]:
    # SQLite's own function: another database subtracts times in another way.
    days = func.julianday(end) - func.julianday(incidents.c.created_at)
    return func.round(func.avg(days) * 24 * 60, 2).label(name)


def _grouped(
    connection: Connection, column: ColumnElement[str], *conditions: ColumnElement[bool]
) -> dict[str, int]:
    statement = select(column, func.count()).where(*conditions).group_by(column).order_by(column)
    return {row[0]: row[1] for row in connection.execute(statement)}
