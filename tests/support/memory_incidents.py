"""The incidents of the server in memory: made, worked on, and told to the stream."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import timedelta
from typing import Any, Protocol

from ir_client.errors import ChangedSince, IRError, NotFound
from ir_client.stream.events import Event
from ir_client.wire.alerts import Alert, Change, Pagination
from ir_client.wire.auth import User, UserRef
from ir_client.wire.events import IncidentCreated, IncidentUpdated
from ir_client.wire.incidents import (
    Incident,
    IncidentCreate,
    IncidentEntry,
    IncidentPage,
    IncidentUpdate,
)
from ir_client.wire.values import IncidentStatus
from tests.support.builders import NOON

_PRIORITIES = {"critical": "P1", "high": "P2", "medium": "P3"}


class AlertHolder(Protocol):
    """What incidents need of the server that they are on."""

    me: User
    stored: dict[int, Alert]

    def tell(self, event: Event) -> None: ...

    async def pass_gate(self) -> None: ...

    def change(self, alert_id: int, *, by: str = "lee", **fields: Any) -> Alert: ...


class MemoryIncidents:
    """`client.incidents`."""

    def __init__(self, server: AlertHolder) -> None:
        self._server = server
        self.stored: dict[str, Incident] = {}
        self.timelines: dict[str, list[IncidentEntry]] = {}
        self.fails: IRError | None = None
        """What reading raises, if anything."""
        self.timeline_fails: IRError | None = None

    def list(self, *, size: int = 100) -> "MemoryIncidentListing":
        return MemoryIncidentListing(lambda: [*self.newest_first], self, size)

    @property
    def newest_first(self) -> Sequence[Incident]:
        return sorted(self.stored.values(), key=lambda one: one.id, reverse=True)

    async def get(self, name: int | str) -> Incident:
        if self.fails is not None:
            raise self.fails
        found = [one for one in self.stored.values() if name in (one.id, one.incident_id)]
        if not found:
            raise NotFound("No such incident", status=404)
        return found[0]

    async def create(self, incident: IncidentCreate) -> Incident:
        await self._server.pass_gate()
        made = self.make(
            incident.title,
            incident.severity,
            alert_ids=incident.alert_ids,
            priority=incident.priority,
        )
        for alert_id in incident.alert_ids:
            self._server.change(alert_id, by=self._server.me.username, incident_id=made.incident_id)
        return made

    async def update(
        self, name: int | str, update: IncidentUpdate, *, if_revision: int | None = None
    ) -> Incident:
        await self._server.pass_gate()
        before = await self.get(name)
        if if_revision is not None and (before.revision or 0) > if_revision:
            raise ChangedSince("Changed since", status=412, current_incident=before)
        fields = update.model_dump(exclude_unset=True)
        return self.change(before.incident_id, by=self._server.me.username, **fields)

    async def set_status(
        self, name: int | str, status: IncidentStatus, notes: str | None = None
    ) -> Incident:
        await self._server.pass_gate()
        found = await self.get(name)
        me = self._server.me.username
        return self.change(found.incident_id, by=me, notes=notes, status=status)

    async def add_note(self, name: int | str, content: str) -> IncidentEntry:
        await self._server.pass_gate()
        found = (await self.get(name)).incident_id
        self.change(found, by=self._server.me.username, action="noted", notes=content)
        return self.timelines[found][-1]

    async def timeline(self, name: int | str) -> Sequence[IncidentEntry]:
        if self.timeline_fails is not None:
            raise self.timeline_fails
        return tuple(self.timelines.get((await self.get(name)).incident_id, ()))

    def make(self, title: str, severity: str = "high", **fields: Any) -> Incident:
        """Have a new incident, ours, and tell the stream."""
        number = len(self.stored) + 1
        me = self._server.me
        alert_ids = tuple(fields.pop("alert_ids", ()))
        given: dict[str, Any] = {
            "id": number,
            "incident_id": f"INC-2026-{number:04d}",
            "priority": fields.pop("priority", None) or _PRIORITIES.get(severity, "P4"),
            "status": "new",
            "owner_id": me.id,
            "owner": UserRef(id=me.id, username=me.username),
            "created_at": NOON,
            "updated_at": NOON,
            "resolution_sla_deadline": NOON + timedelta(hours=4),
            "alert_ids": alert_ids,
            "alert_count": len(alert_ids),
            "revision": 1,
        }
        incident = Incident(title=title, severity=severity, **(given | fields))
        self.stored[incident.incident_id] = incident
        self._log(incident, me.username, "created")
        self._server.tell(IncidentCreated(data=incident))
        return incident

    def change(
        self,
        name: str,
        *,
        by: str = "lee",
        action: str = "updated",
        notes: str | None = None,
        **fields: Any,
    ) -> Incident:
        """Change an incident, and tell the stream."""
        before = self.stored[name]
        revision = (before.revision or 0) + 1
        changed = Incident(**before.model_dump() | fields | {"revision": revision})
        self.stored[name] = changed
        changes = {
            key: Change(before=str(getattr(before, key)), after=str(value))
            for key, value in fields.items()
        }
        self._log(changed, by, action, notes=notes, changes=changes)
        self._server.tell(IncidentUpdated(data=changed))
        return changed

    def _log(self, incident: Incident, by: str, action: str, **fields: Any) -> None:
        entries = self.timelines.setdefault(incident.incident_id, [])
        entries.append(
            IncidentEntry(id=len(entries) + 1, at=NOON, action=action, actor=by, **fields)
        )


class MemoryIncidentListing:
    """A list of incidents, newest first."""

    def __init__(
        self, read: Callable[[], list[Incident]], incidents: MemoryIncidents, size: int
    ) -> None:
        self._read, self._incidents, self._size = read, incidents, size

    async def pages(self) -> AsyncIterator[IncidentPage]:
        if self._incidents.fails is not None:
            raise self._incidents.fails
        found = self._read()
        pages = max(1, -(-len(found) // self._size))
        for number in range(pages):
            part = tuple(found[number * self._size : (number + 1) * self._size])
            yield IncidentPage(
                incidents=part,
                pagination=Pagination(
                    page=number + 1, size=self._size, total=len(found), total_pages=pages
                ),
            )
