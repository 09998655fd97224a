"""Read incidents and render them, inside whatever transaction the caller is in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, or_, select, true

from ir_client.wire.auth import UserRef
from ir_client.wire.base import JsonObject
from ir_client.wire.incidents import Incident
from server_stub.access import AlertSight, Viewer
from server_stub.domain.sla import is_late
from server_stub.errors import NotFound
from server_stub.storage.incident_timeline import newest_lines
from server_stub.storage.query_sql import visible_incidents
from server_stub.storage.schema import alerts, incidents, users


@dataclass(frozen=True, slots=True)
class StoredIncident:
    """An incident as one transaction saw it. `sights`: who sees the alerts that it holds."""

    id: int
    incident_id: str
    title: str
    revision: int
    owner_id: int | None
    assigned_analyst_id: int | None
    sights: frozenset[AlertSight]
    json: bytes

    def model(self) -> Incident:
        return Incident.model_validate_json(self.json)


def find_incident(
    connection: Connection, name: int | str, *, viewer: Viewer | None, now: str
) -> StoredIncident | None:
    """The incident of this number or name, if there is one, and if it exists for `viewer`."""
    sight = true() if viewer is None else visible_incidents(viewer)
    found = read_incidents(connection, named(name), sight, now=now)
    return found[0] if found else None


def get_incident(
    connection: Connection, name: int | str, *, viewer: Viewer, now: str
) -> StoredIncident:
    """The incident of this number or name. Raises NotFound if it does not exist for `viewer`."""
    found = find_incident(connection, name, viewer=viewer, now=now)
    if found is None:
        raise NotFound("There is no such incident, or it is not yours to see.")
    return found


def is_incident(connection: Connection, name: str, *, viewer: Viewer) -> bool:
    """Whether an incident of this very name exists for `viewer`; reads nothing else of it."""
    statement = select(incidents.c.id).where(
        incidents.c.incident_id == name, visible_incidents(viewer)
    )
    return connection.execute(statement).first() is not None


def read_incidents(
    connection: Connection,
    *conditions: ColumnElement[bool],
    now: str,
    limit: int | None = None,
    offset: int = 0,
) -> list[StoredIncident]:
    """The incidents that meet all `conditions`, newest first."""
    owner, analyst = users.alias("owner"), users.alias("analyst")
    statement = (
        select(
            incidents,
            *_person_columns(owner, "owner"),
            *_person_columns(analyst, "analyst"),
        )
        .outerjoin(owner, owner.c.id == incidents.c.owner_id)
        .outerjoin(analyst, analyst.c.id == incidents.c.assigned_analyst_id)
        .where(*conditions)
        .order_by(incidents.c.id.desc())
        .limit(limit)
        .offset(offset)
    )
    rows = connection.execute(statement).all()
    held = _held_alerts(connection, [row.incident_id for row in rows])
    lines = newest_lines(connection, [row.id for row in rows])
    return [
        _stored(row, held.get(row.incident_id, {}), lines.get(row.id, []), now=now) for row in rows
    ]


def named(name: int | str) -> ColumnElement[bool]:
    """The incident of this number or `INC-…` name."""
    if isinstance(name, int):
        return incidents.c.id == name
    if name.isascii() and name.isdigit() and len(name) < 19:
        return or_(incidents.c.id == int(name), incidents.c.incident_id == name)
    return incidents.c.incident_id == name


def _person_columns(table: Any, prefix: str) -> list[ColumnElement[Any]]:
    return [table.c[name].label(f"{prefix}_{name}") for name in ("username", "full_name", "role")]


def _held_alerts(connection: Connection, names: Sequence[str]) -> dict[str, dict[int, AlertSight]]:
    """The alerts of each incident, with who sees them."""
    held: dict[str, dict[int, AlertSight]] = {}
    statement = (
        select(alerts.c.incident_id, alerts.c.id, alerts.c.team, alerts.c.assigned_analyst_id)
        .where(alerts.c.incident_id.in_(names))
        .order_by(alerts.c.id)
    )
    for name, alert_id, team, analyst_id in connection.execute(statement) if names else ():
        held.setdefault(name, {})[alert_id] = (team, analyst_id)
    return held


def _stored(
    row: Row[Any], held: Mapping[int, AlertSight], lines: Sequence[JsonObject], *, now: str
) -> StoredIncident:
    fields = {name: value for name, value in row._mapping.items() if name in Incident.model_fields}
    incident = Incident(
        **fields,
        alert_ids=tuple(held),
        alert_count=len(held),
        incident_timeline=tuple(lines),
        owner=_person(row, row.owner_id, "owner"),
        assigned_analyst=_person(row, row.assigned_analyst_id, "analyst"),
        sla_breached=_sla_breached(row, now=now),
    )
    return StoredIncident(
        row.id,
        row.incident_id,
        row.title,
        row.revision,
        row.owner_id,
        row.assigned_analyst_id,
        frozenset(held.values()),
        incident.model_dump_json().encode(),
    )


def _person(row: Row[Any], user_id: int | None, prefix: str) -> UserRef | None:
    if user_id is None:
        return None
    values = row._mapping
    return UserRef(
        id=user_id,
        username=values[f"{prefix}_username"],
        full_name=values[f"{prefix}_full_name"],
        role=values[f"{prefix}_role"],
    )


def _sla_breached(row: Row[Any], *, now: str) -> bool:
    return is_late(row.response_sla_deadline, done_at=row.first_response_at, now=now) or is_late(
        row.resolution_sla_deadline, done_at=row.resolved_at, now=now
    )
