"""Keep the alerts few: remove those that nobody has touched for long, by age and by count.

Open alerts stay, and alerts of open incidents, unless the operator says otherwise. So does what
changed within a day: answers that are kept for repeated requests may tell of it. With an alert go
its timeline and its sender's record; a line in the log tells those who could see it.

A few hundred at a time, the longest untouched first: writers wait for no more than that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Row, delete, exists, func, insert, select

from ir_client.wire.alerts import Change
from ir_client.wire.values import CLOSED_STATUSES
from server_stub.domain.clocks import Clock, instant
from server_stub.storage.actors import SYSTEM
from server_stub.storage.database import Database
from server_stub.storage.events import Changed, log_changes
from server_stub.storage.incident_timeline import Line, add_line
from server_stub.storage.incident_writes import touch_incident
from server_stub.storage.kept_answers import KEPT_FOR, trim_answers
from server_stub.storage.log_trim import trimming
from server_stub.storage.query_sql import unindexed
from server_stub.storage.schema import (
    alert_timeline,
    alerts,
    events,
    incidents,
    raw_alerts,
    removed_alerts,
)

_ALERTS_AT_ONCE = 250

_Doomed = Row[int, int, str | None, int | None, str | None]
"""Of an alert that is to go: id, revision, team, assigned_analyst_id, incident_id."""


@dataclass(frozen=True, slots=True)
class AlertRetention:
    """Which alerts are kept: changed within `age`, the newest `count`; None is no limit."""

    age: timedelta | None = None
    count: int | None = None
    removes_open: bool = False


class AlertTrim:
    """Removes alerts of a running server, once a minute."""

    def __init__(self, database: Database, clock: Clock, retention: AlertRetention) -> None:
        self._database = database
        self._clock = clock
        self._retention = retention

    async def run(self) -> None:
        """Trim until cancelled."""
        await trimming(self.trim, "the alerts", bite=_ALERTS_AT_ONCE)

    async def trim(self) -> int:
        """Remove what is not kept, the longest untouched first; how many alerts that were."""
        if self._retention.age is None and self._retention.count is None:
            return 0
        now = self._clock()
        return await self._database.write(
            lambda connection: trim_alerts(connection, self._retention, now=now)
        )


def trim_alerts(
    connection: Connection,
    retention: AlertRetention,
    *,
    now: datetime,
    most: int = _ALERTS_AT_ONCE,
) -> int:
    """Remove up to `most` alerts that are not kept; how many that were."""
    moment = instant(now)
    # What is past its day is forgotten first, so that no kept answer outlives its alert.
    trim_answers(connection, before=instant(now - KEPT_FOR), keep=2**62)
    _forget_what_the_log_forgot(connection)
    doomed: list[_Doomed] = []
    if retention.age is not None:
        doomed += _untouched(connection, retention, now, min_age=retention.age, most=most)
    _remove(connection, doomed, now=moment)
    surplus = 0
    if retention.count is not None and len(doomed) < most:
        total = connection.execute(select(func.count()).select_from(alerts)).scalar_one()
        surplus = min(total - retention.count, most - len(doomed))
    if surplus > 0:
        too_many = _untouched(connection, retention, now, min_age=KEPT_FOR, most=surplus)
        _remove(connection, too_many, now=moment)
        doomed += too_many
    return len(doomed)


def _untouched(
    connection: Connection,
    retention: AlertRetention,
    now: datetime,
    *,
    min_age: timedelta,
    most: int,
) -> Sequence[_Doomed]:
    before = instant(now - max(min_age, KEPT_FOR))
    conditions = [alerts.c.updated_at < before]
    if not retention.removes_open:
        # Half of all alerts are closed: they are not to be found by that, and then sorted.
        is_closed = unindexed(alerts.c.status.in_(CLOSED_STATUSES))
        conditions += [is_closed, ~_is_in_open_incident()]
    statement = (
        select(
            alerts.c.id,
            alerts.c.revision,
            alerts.c.team,
            alerts.c.assigned_analyst_id,
            alerts.c.incident_id,
        )
        .where(*conditions)
        .order_by(alerts.c.updated_at, alerts.c.id)
        .limit(most)
    )
    return connection.execute(statement).all()


def _is_in_open_incident() -> ColumnElement[bool]:
    return exists().where(
        incidents.c.incident_id == alerts.c.incident_id,
        incidents.c.status.not_in(CLOSED_STATUSES),
    )


def _remove(connection: Connection, doomed: Sequence[_Doomed], *, now: str) -> None:
    if not doomed:
        return
    ids = [row.id for row in doomed]
    connection.execute(delete(alert_timeline).where(alert_timeline.c.alert_id.in_(ids)))
    connection.execute(delete(raw_alerts).where(raw_alerts.c.alert_id.in_(ids)))
    connection.execute(delete(alerts).where(alerts.c.id.in_(ids)))
    left = [
        {
            "id": row.id,
            "revision": row.revision + 1,
            "team": row.team,
            "assigned_analyst_id": row.assigned_analyst_id,
            "at": now,
        }
        for row in doomed
    ]
    connection.execute(insert(removed_alerts), left)
    log_changes(
        connection, [*_poorer_incidents(connection, doomed, now), *map(_gone, doomed)], now=now
    )


def _gone(row: _Doomed) -> Changed:
    sight = row.team, row.assigned_analyst_id
    return Changed("removed", row.revision + 1, alert_id=row.id, seen_before=sight)


def _poorer_incidents(connection: Connection, doomed: Sequence[_Doomed], now: str) -> list[Changed]:
    """The incidents that lost alerts, each with a line for every one of them."""
    changes: list[Changed] = []
    for name in dict.fromkeys(row.incident_id for row in doomed if row.incident_id is not None):
        touched = touch_incident(connection, name, now=now)
        if touched is None:
            continue
        incident_id, revision = touched
        for row in doomed:
            if row.incident_id == name:
                line = Line("alert_removed", changes={"alert_id": Change(before=row.id)})
                add_line(connection, incident_id, line, actor=SYSTEM, now=now)
        changes.append(Changed("incident_updated", revision, incident_id=incident_id))
    return changes


def _forget_what_the_log_forgot(connection: Connection) -> None:
    """A removal that is not in the log any more is told to nobody."""
    oldest = select(events.c.at).order_by(events.c.seq).limit(1).scalar_subquery()
    connection.execute(delete(removed_alerts).where(removed_alerts.c.at < oldest))
