"""Incidents: the reads that stand alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, func, select

from ir_client.wire.incidents import IncidentEntry, IncidentStats
from ir_client.wire.values import CLOSED_STATUSES
from server_stub.access import Viewer
from server_stub.domain.clocks import Clock, instant
from server_stub.storage.alerts import COUNTED_TOTAL
from server_stub.storage.database import Database
from server_stub.storage.incident_rows import StoredIncident, get_incident, read_incidents
from server_stub.storage.incident_stats import read_stats
from server_stub.storage.incident_timeline import read_lines
from server_stub.storage.query_sql import contains, visible_incidents
from server_stub.storage.schema import incidents

RECENT_INCIDENTS = 20
# A list without pages: beyond these, the paged one with `owner_id` has the rest.
OWNED_INCIDENTS = 200
_IDS_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class IncidentFilter:
    """Which incidents are asked for; what is empty or None does not narrow."""

    search: str | None = None
    severity: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    priority: tuple[str, ...] = ()
    owner_id: int | None = None
    assigned_analyst_id: int | None = None

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        """The same as SQL."""
        table = incidents.c
        if self.search:
            yield contains(table.search_text, self.search)
        several = (
            (table.severity, self.severity),
            (table.status, self.status),
            (table.priority, self.priority),
        )
        yield from (column.in_(values) for column, values in several if values)
        people = (
            (table.owner_id, self.owner_id),
            (table.assigned_analyst_id, self.assigned_analyst_id),
        )
        yield from (column == user_id for column, user_id in people if user_id is not None)


@dataclass(frozen=True, slots=True)
class IncidentListing:
    """A page, and how many there are."""

    incidents: tuple[StoredIncident, ...]
    total: int
    total_exact: bool


class Incidents:
    """Reads of incidents."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def get(self, name: int | str, *, viewer: Viewer) -> StoredIncident:
        """The incident of this number or name, if it exists for `viewer`."""
        now = instant(self._clock())
        return await self._database.read(
            lambda connection: get_incident(connection, name, viewer=viewer, now=now)
        )

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
        """The newest incidents of one owner: those of `statuses`, or the open ones."""
        if statuses:
            state = incidents.c.status.in_(statuses)
        else:
            state = incidents.c.status.not_in(CLOSED_STATUSES)
        return await self._select(incidents.c.owner_id == user_id, state, limit=OWNED_INCIDENTS)

    async def recent_for(
        self, viewer: Viewer, limit: int = RECENT_INCIDENTS
    ) -> list[StoredIncident]:
        """The newest incidents that exist for `viewer`."""
        return await self._select(visible_incidents(viewer), limit=limit)

    async def page(
        self, wanted: IncidentFilter, *, viewer: Viewer, size: int, offset: int
    ) -> IncidentListing:
        """A page of the incidents that exist for `viewer`, newest first."""
        now = instant(self._clock())
        conditions = [visible_incidents(viewer), *wanted.conditions()]

        def read(connection: Connection) -> IncidentListing:
            page = read_incidents(connection, *conditions, now=now, limit=size, offset=offset)
            limited = select(incidents.c.id).where(*conditions).limit(COUNTED_TOTAL + 1).subquery()
            total = connection.execute(select(func.count()).select_from(limited)).scalar_one()
            return IncidentListing(tuple(page), total, total <= COUNTED_TOTAL)

        return await self._database.read(read)

    async def timeline(self, name: int | str, *, viewer: Viewer) -> tuple[IncidentEntry, ...]:
        """All that happened to an incident that exists for `viewer`, oldest first."""
        now = instant(self._clock())

        def read(connection: Connection) -> tuple[IncidentEntry, ...]:
            incident = get_incident(connection, name, viewer=viewer, now=now)
            return read_lines(connection, incident.id)

        return await self._database.read(read)

    async def stats(self, viewer: Viewer) -> IncidentStats:
        """Counts of what exists for `viewer`."""
        now = instant(self._clock())
        return await self._database.read(
            lambda connection: read_stats(connection, visible_incidents(viewer), now=now)
        )

    async def _select(
        self, *conditions: ColumnElement[bool], limit: int | None = None
    ) -> list[StoredIncident]:
        now = instant(self._clock())
        return await self._database.read(
            lambda connection: read_incidents(connection, *conditions, now=now, limit=limit)
        )
