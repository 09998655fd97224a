"""Alerts seen from afar: counted, and where they come from. Only what the viewer may see.

Where alerts come from is kept beside them, for reading it from a million alerts takes too long;
whether someone sees one of them is asked of the alerts themselves.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Label,
    RowMapping,
    and_,
    bindparam,
    case,
    exists,
    func,
    select,
)
from sqlalchemy.dialects.sqlite import insert

from ir_client.wire.overview import AlertStats
from ir_client.wire.values import CLOSED_STATUSES
from server_stub.domain.clocks import overdue_before
from server_stub.storage.bulk import Prepared
from server_stub.storage.query_sql import unindexed
from server_stub.storage.schema import alert_origins, alerts

Origin = tuple[str, str, str]
"""Where an alert comes from: the team it came in for, its source, the system that sent it or ''."""

_NOTE = Prepared(
    insert(alert_origins)
    .values({name: bindparam(name) for name in ("team", "source", "source_system")})
    .on_conflict_do_nothing()
)


def note_origins(connection: Connection, origins: Iterable[Origin]) -> None:
    """Keep where alerts come from; what is known stays."""
    for team, source, system in sorted(set(origins)):
        _NOTE.run(connection, team=team, source=source, source_system=system)


def read_sources(connection: Connection, visible: ColumnElement[bool]) -> tuple[str, ...]:
    """The sources of the alerts that are `visible`."""
    return _distinct(connection, alert_origins.c.source, visible)


def read_source_systems(connection: Connection, visible: ColumnElement[bool]) -> tuple[str, ...]:
    """The systems that sent the alerts that are `visible`."""
    system = alert_origins.c.source_system
    is_its = func.json_extract(alerts.c.document, "$.source_system") == system
    return _distinct(connection, system, and_(is_its, visible))


def read_alert_stats(
    connection: Connection, visible: ColumnElement[bool], *, now: datetime
) -> AlertStats:
    """The counts of the alerts that are `visible`, in one pass over them."""
    table = alerts.c
    # Not the column itself: along its index every alert would be looked up.
    status = func.coalesce(table.status, table.status)
    statement = (
        select(
            status.label("status"),
            table.severity,
            func.count().label("total"),
            _number_of(table.received_at < overdue_before(now), "old"),
            _number_of(table.assigned_analyst_id.is_(None), "unassigned"),
            *_time_until(table.first_response_at, "response"),
            *_time_until(table.resolution_at, "resolution"),
        )
        .where(unindexed(visible))
        .group_by(status, table.severity)
    )
    return _summed(connection.execute(statement).mappings().all())


def _summed(groups: Iterable[RowMapping]) -> AlertStats:
    groups = list(groups)
    still_open = [group for group in groups if group["status"] not in CLOSED_STATUSES]
    return AlertStats(
        total=_sum(groups, "total"),
        open=_sum(still_open, "total"),
        overdue=_sum(still_open, "old"),
        unassigned=_sum(still_open, "unassigned"),
        by_status=_by(groups, "status"),
        by_severity=_by(still_open, "severity"),
        average_time_to_first_response=_average(groups, "response"),
        average_time_to_resolution=_average(groups, "resolution"),
    )


def _sum(groups: Iterable[RowMapping], name: str) -> int:
    return sum(group[name] for group in groups)


def _by(groups: Iterable[RowMapping], name: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for group in groups:
        counts[group[name]] = counts.get(group[name], 0) + group["total"]
    return dict(sorted(counts.items()))


def _average(groups: Iterable[RowMapping], name: str) -> float | None:
    """Minutes, of all groups together: an average of averages would weigh each group alike."""
    number = sum(group[f"{name}_number"] for group in groups)
    days = sum(group[f"{name}_days"] or 0.0 for group in groups)
    return round(days * 24 * 60 / number, 2) if number else None


def _number_of(condition: ColumnElement[bool], name: str) -> Label[Any]:
    return func.sum(case((condition, 1), else_=0)).label(name)


def _time_until(end: Column[Any], name: str) -> tuple[Label[Any], Label[Any]]:
    # SQLite's own function: another database subtracts times in another way.
    days = func.julianday(end) - func.julianday(alerts.c.received_at)
    return func.sum(days).label(f"{name}_days"), func.count(end).label(f"{name}_number")


def _distinct(
    connection: Connection, name: Column[str], visible: ColumnElement[bool]
) -> tuple[str, ...]:
    one_of_them = exists().where(
        alerts.c.origin_team == alert_origins.c.team,
        alerts.c.source == alert_origins.c.source,
        visible,
    )
    statement = select(name).distinct().where(name != "", one_of_them).order_by(name)
    return tuple(connection.execute(statement).scalars())
