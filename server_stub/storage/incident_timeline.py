"""What happened to each incident: who, when, what, before and after. Only ever added to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select

from ir_client.wire.alerts import Change
from ir_client.wire.base import JsonObject
from ir_client.wire.incidents import IncidentEntry
from server_stub.storage.actors import ActorRef
from server_stub.storage.encoding import to_json
from server_stub.storage.schema import incident_timeline

# What an incident shows of its timeline wherever it is sent: a frame has to stay below the
# megabyte that common clients take. The whole timeline has an address of its own.
SHOWN_LINES = 50
SHOWN_BYTES = 32 * 1024


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened, about to be added."""

    action: str
    notes: str | None = None
    changes: Mapping[str, Change] = field(default_factory=dict)
    note_type: str | None = None
    is_internal: bool | None = None


def add_line(
    connection: Connection, incident_id: int, line: Line, *, actor: ActorRef, now: str
) -> IncidentEntry:
    """Add one line and give it as it is sent."""
    changes = {name: change.model_dump(mode="json") for name, change in line.changes.items()}
    row = connection.execute(
        insert(incident_timeline)
        .values(
            incident_id=incident_id,
            at=now,
            actor_kind=actor.kind,
            actor_id=actor.id,
            actor_name=actor.name,
            action=line.action,
            notes=line.notes,
            changes=changes,
            note_type=line.note_type,
            is_internal=line.is_internal,
        )
        .returning(incident_timeline)
    ).one()
    return IncidentEntry.model_validate(_sent(row))


def read_lines(connection: Connection, incident_id: int) -> tuple[IncidentEntry, ...]:
    """All that happened to an incident, oldest first."""
    statement = (
        select(incident_timeline)
        .where(incident_timeline.c.incident_id == incident_id)
        .order_by(incident_timeline.c.id)
    )
    return tuple(IncidentEntry.model_validate(_sent(row)) for row in connection.execute(statement))


def newest_lines(
    connection: Connection, incident_ids: Sequence[int]
) -> dict[int, list[JsonObject]]:
    """The newest lines of each incident, oldest first: as many as are shown with it."""
    place = func.row_number().over(
        partition_by=incident_timeline.c.incident_id, order_by=incident_timeline.c.id.desc()
    )
    placed = (
        select(incident_timeline, place.label("place"))
        .where(incident_timeline.c.incident_id.in_(incident_ids))
        .subquery()
    )
    statement = select(placed).where(placed.c.place <= SHOWN_LINES).order_by(placed.c.id.desc())
    newest_first: dict[int, list[JsonObject]] = {}
    for row in connection.execute(statement) if incident_ids else ():
        newest_first.setdefault(row.incident_id, []).append(_sent(row))
    return {one: _within_size(lines)[::-1] for one, lines in newest_first.items()}


def _within_size(lines: list[JsonObject]) -> list[JsonObject]:
    """The first lines that fit together; always one."""
    room = SHOWN_BYTES
    for count, line in enumerate(lines):
        room -= len(to_json(line).encode())
        if room < 0:
            return lines[: max(1, count)]
    return lines


def _sent(row: Row[Any]) -> JsonObject:
    line = {
        "id": row.id,
        "at": row.at,
        "action": row.action,
        "actor": row.actor_name,
        "actor_id": row.actor_id,
        "notes": row.notes,
        "changes": row.changes,
    }
    if row.action == "noted":
        line |= {"note_type": row.note_type, "is_internal": bool(row.is_internal)}
    return line
