"""The log: which record changed to which revision, in the order of the commits.

Its rows are the last that a transaction writes, by the one writer: so their seq grows in the order
in which changes become visible, and a reader that asks for what comes after its cursor misses
nothing. A row holds no payload: what is told of a record is what it is when it is told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection, bindparam, func, select

from ir_client.wire.cursor import StreamPosition
from server_stub.access import AlertSight
from server_stub.storage.bulk import Prepared, Row, insert_rows
from server_stub.storage.database import Database
from server_stub.storage.schema import events, log_identity

EventKind = Literal["new", "updated", "removed", "incident_created", "incident_updated"]


class LogEvent(NamedTuple):
    """A change that was committed.

    `seen_before`: who could see the alert, if that changed or it was removed; of an incident that
    was handed over, (None, who owned it).
    """

    seq: int
    kind: EventKind
    alert_id: int | None
    incident_id: int | None
    revision: int
    seen_before: AlertSight | None = None


@dataclass(frozen=True, slots=True)
class Changed:
    """A change about to be logged."""

    kind: EventKind
    revision: int
    alert_id: int | None = None
    incident_id: int | None = None
    seen_before: AlertSight | None = None


_AFTER = Prepared(
    select(
        events.c.seq,
        events.c.kind,
        events.c.alert_id,
        events.c.incident_id,
        events.c.revision,
        events.c.sight_changed,
        events.c.team_before,
        events.c.analyst_before,
    )
    .where(events.c.seq > bindparam("after"))
    .order_by(events.c.seq)
    .limit(bindparam("most"))
)

_HEAD = Prepared(select(func.max(events.c.seq)))

_COLUMNS = (
    "kind",
    "alert_id",
    "incident_id",
    "revision",
    "sight_changed",
    "team_before",
    "analyst_before",
    "at",
)


def log_changes(connection: Connection, changes: Sequence[Changed], *, now: str) -> None:
    """Append `changes`; the last thing that a transaction does."""
    insert_rows(connection, events, _COLUMNS, [_row(change, now) for change in changes])


def log_new_alerts(connection: Connection, alert_ids: Sequence[int], *, now: str) -> None:
    """Append that these alerts are new, all of revision 1."""
    rows: list[Row] = [("new", alert_id, None, 1, 0, None, None, now) for alert_id in alert_ids]
    insert_rows(connection, events, _COLUMNS, rows)


def read_head(connection: Connection) -> int:
    """The seq of the newest change that this transaction sees; 0 before the first."""
    ((head,),) = _HEAD.run(connection).fetchall()
    return head or 0


def read_position(connection: Connection) -> StreamPosition:
    """The position of a read, to be taken in the transaction that reads."""
    epoch: str = connection.execute(select(log_identity.c.epoch)).scalar_one()
    return StreamPosition(epoch, read_head(connection))


def ensure_epoch(connection: Connection, epoch: str) -> str:
    """The epoch of this log; `epoch` becomes it if there is none yet."""
    existing = connection.execute(select(log_identity.c.epoch)).scalar()
    if existing is not None:
        return str(existing)
    connection.execute(log_identity.insert().values(epoch=epoch))
    return epoch


class Events:
    """Reads of the log."""

    def __init__(self, database: Database, *, epoch: str) -> None:
        self._database = database
        self.epoch = epoch

    async def head(self) -> int:
        return await self._database.read(read_head)

    async def read_after(self, seq: int, limit: int = 1000) -> list[LogEvent]:
        """The oldest `limit` changes after `seq`."""

        def read(connection: Connection) -> list[LogEvent]:
            # All at once: a resume reads many thousands.
            rows: Sequence[Any] = _AFTER.run(connection, after=seq, most=limit).fetchall()
            return [
                LogEvent(
                    seq, kind, alert_id, incident_id, revision, (team, analyst) if moved else None
                )
                for seq, kind, alert_id, incident_id, revision, moved, team, analyst in rows
            ]

        return await self._database.read(read)


def _row(change: Changed, now: str) -> Row:
    before = change.seen_before
    team, analyst = (None, None) if before is None else before
    return (
        change.kind,
        change.alert_id,
        change.incident_id,
        change.revision,
        int(before is not None),
        team,
        analyst,
        now,
    )
