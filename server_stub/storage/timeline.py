"""What happened to each alert: who, when, what, before and after. Only ever added to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, insert, select
from sqlalchemy import Row as SqlRow

from ir_client.wire.alerts import Actor, Change, TimelineEntry
from server_stub.storage.actors import ActorRef
from server_stub.storage.bulk import Row, insert_rows
from server_stub.storage.encoding import to_json
from server_stub.storage.schema import alert_timeline


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened, about to be added."""

    alert_id: int
    action: str
    revision: int
    changes: Mapping[str, Change] = field(default_factory=dict)
    comment: str | None = None


_COLUMNS = (
    "alert_id",
    "at",
    "actor_kind",
    "actor_id",
    "actor_name",
    "action",
    "changes",
    "comment",
    "revision",
)


def add_created(
    connection: Connection, alert_ids: Sequence[int], *, actor: ActorRef, now: str
) -> None:
    """Add that these alerts were created, all at revision 1."""
    who = (actor.kind, actor.id, actor.name)
    rows: list[Row] = [(alert_id, now, *who, "created", "{}", None, 1) for alert_id in alert_ids]
    insert_rows(connection, alert_timeline, _COLUMNS, rows)


def add_entries(
    connection: Connection, entries: Sequence[Entry], *, actor: ActorRef, now: str
) -> None:
    """Add many entries at once."""
    who = (actor.kind, actor.id, actor.name)
    rows: list[Row] = [
        (one.alert_id, now, *who, one.action, to_json(_plain(one)), one.comment, one.revision)
        for one in entries
    ]
    insert_rows(connection, alert_timeline, _COLUMNS, rows)


def add_entry(connection: Connection, entry: Entry, *, actor: ActorRef, now: str) -> TimelineEntry:
    """Add one entry and give it as it is sent."""
    row = connection.execute(
        insert(alert_timeline)
        .values(_values(entry, actor=actor, now=now))
        .returning(alert_timeline)
    ).one()
    return _sent(row)


def read_entries(connection: Connection, alert_id: int) -> tuple[TimelineEntry, ...]:
    """All that happened to an alert, oldest first."""
    statement = (
        select(alert_timeline)
        .where(alert_timeline.c.alert_id == alert_id)
        .order_by(alert_timeline.c.id)
    )
    return tuple(_sent(row) for row in connection.execute(statement))


def _values(entry: Entry, *, actor: ActorRef, now: str) -> dict[str, object]:
    return {
        "alert_id": entry.alert_id,
        "at": now,
        "actor_kind": actor.kind,
        "actor_id": actor.id,
        "actor_name": actor.name,
        "action": entry.action,
        "changes": {name: change.model_dump(mode="json") for name, change in entry.changes.items()},
        "comment": entry.comment,
        "revision": entry.revision,
    }


def _plain(entry: Entry) -> dict[str, object]:
    return {
        name: {"before": change.before, "after": change.after}
        for name, change in entry.changes.items()
    }


def _sent(row: SqlRow[Any]) -> TimelineEntry:
    return TimelineEntry(
        id=row.id,
        alert_id=row.alert_id,
        at=row.at,
        actor=Actor(kind=row.actor_kind, id=row.actor_id, name=row.actor_name),
        action=row.action,
        changes=row.changes,
        comment=row.comment,
        revision=row.revision,
    )
