"""Incidents: reads that stand alone, and making or changing one inside a transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, insert, or_, select, true, update

from ir_client.wire.auth import UserRef
from ir_client.wire.incidents import Incident
from ir_client.wire.values import CLOSED_STATUSES
from server_stub.access import AlertSight, Viewer
from server_stub.domain.clocks import Clock, instant
from server_stub.errors import NotFound
from server_stub.storage.database import Database
from server_stub.storage.query_sql import visible_incidents
from server_stub.storage.schema import alerts, incidents, users

RECENT_INCIDENTS = 20
_IDS_AT_ONCE = 1_000


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


def add_incident(connection: Connection, values: Mapping[str, object]) -> int:
    """Insert an incident, give it its public name, and return its id."""
    row_id: int = connection.execute(
        insert(incidents).values(**values, incident_id="", revision=1).returning(incidents.c.id)
    ).scalar_one()
    year = str(values["created_at"])[:4]
    connection.execute(
        update(incidents)
        .where(incidents.c.id == row_id)
        .values(incident_id=f"INC-{year}-{row_id:06d}")
    )
    return row_id


def change_incident(
    connection: Connection, row_id: int, values: Mapping[str, object], *, now: str
) -> int:
    """Write `values` over an incident; returns its new revision."""
    revision: int = connection.execute(
        update(incidents)
        .where(incidents.c.id == row_id)
        .values(**values, revision=incidents.c.revision + 1, updated_at=now)
        .returning(incidents.c.revision)
    ).scalar_one()
    return revision


def find_incident(
    connection: Connection, name: int | str, *, viewer: Viewer | None, now: str
) -> StoredIncident | None:
    """The incident of this number or name, if there is one, and if it exists for `viewer`."""
    sight = true() if viewer is None else visible_incidents(viewer)
    found = read_incidents(connection, named(name), sight, now=now)
    return found[0] if found else None


def read_incidents(
    connection: Connection,
    *conditions: ColumnElement[bool],
    now: str,
    limit: int | None = None,
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
    )
    rows = connection.execute(statement).all()
    held = _held_alerts(connection, [row.incident_id for row in rows])
    return [_stored(row, held.get(row.incident_id, {}), now=now) for row in rows]


def named(name: int | str) -> ColumnElement[bool]:
    """The incident of this number or `INC-…` name."""
    if isinstance(name, int):
        return incidents.c.id == name
    if name.isascii() and name.isdigit() and len(name) < 19:
        return or_(incidents.c.id == int(name), incidents.c.incident_id == name)
    return incidents.c.incident_id == name


class Incidents:
    """Reads of incidents."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def get(self, name: int | str, *, viewer: Viewer) -> StoredIncident:
        """The incident of this number or name, if it exists for `viewer`."""
        found = await self._select(named(name), visible_incidents(viewer))
        if not found:
            raise NotFound("There is no such incident, or it is not yours to see.")
        return found[0]

    async def get_many(self, ids: Sequence[int]) -> dict[int, StoredIncident]:
        """The present state of these incidents, whoever may see them."""
        found: dict[int, StoredIncident] = {}
        for start in range(0, len(ids), _IDS_AT_ONCE):
            chunk = await self._select(incidents.c.id.in_(ids[start : start + _IDS_AT_ONCE]))
            found |= {incident.id: incident for incident in chunk}
        return found

    async def owned_by(
        self, user_id: int, *, statuses: Sequence[str] | None = None
    ) -> list[StoredIncident]:
        """The incidents of one owner: those of `statuses`, or the open ones."""
        if statuses:
            state = incidents.c.status.in_(statuses)
        else:
            state = incidents.c.status.not_in(CLOSED_STATUSES)
        return await self._select(incidents.c.owner_id == user_id, state)

    async def recent_for(
        self, viewer: Viewer, limit: int = RECENT_INCIDENTS
    ) -> list[StoredIncident]:
        """The newest incidents that exist for `viewer`."""
        return await self._select(visible_incidents(viewer), limit=limit)

    async def _select(
        self, *conditions: ColumnElement[bool], limit: int | None = None
    ) -> list[StoredIncident]:
        now = instant(self._clock())
        return await self._database.read(
            lambda connection: read_incidents(connection, *conditions, now=now, limit=limit)
        )


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


def _stored(row: Row[Any], held: Mapping[int, AlertSight], *, now: str) -> StoredIncident:
    fields = {name: value for name, value in row._mapping.items() if name in Incident.model_fields}
    incident = Incident(
        **fields,
        alert_ids=tuple(held),
        alert_count=len(held),
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
    answered, resolved = row.first_response_at or now, row.resolved_at or now
    too_late_to_answer = row.response_sla_deadline and answered > row.response_sla_deadline
    too_late_to_resolve = row.resolution_sla_deadline and resolved > row.resolution_sla_deadline
    return bool(too_late_to_answer or too_late_to_resolve)
