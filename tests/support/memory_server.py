"""An IR server in memory, with the part of the client that the console uses.

Behaves as the contract says: revisions grow, `if_revision` is checked, ownership makes an
incident, every change is told to the stream. Faults are switched on by the test.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from ir_client.errors import ChangedSince, ConflictError, ConnectError, IRError, NotFound
from ir_client.query import Query
from ir_client.rest.alerts import Page
from ir_client.stream.events import Event, Resumed, StateChanged
from ir_client.stream.status import StreamState, StreamStatus
from ir_client.wire.alerts import Actor, Alert, AlertUpdate, Change, Pagination, TimelineEntry
from ir_client.wire.auth import ServerMeta, User, UserRef
from ir_client.wire.bulk import BulkUpdateReport, BulkUpdateResult
from ir_client.wire.commands import Command
from ir_client.wire.events import AlertUpdated, InitialData, InitialSnapshot, NewAlert
from ir_client.wire.incidents import Ownership
from ir_client.wire.overview import AlertStats
from ir_client.wire.protocol2 import AlertRemoved, Presence, PresentUser, Removal, ViewerList
from tests.support.builders import a_user
from tests.support.memory_incidents import MemoryIncidents


class MemoryServer:
    """The alerts, their timelines, and who listens."""

    def __init__(self, *, me: User | None = None) -> None:
        self.me = me or a_user(id=7, username="dana", full_name="Dana Reyes")
        self.stored: dict[int, Alert] = {}
        self.timelines: dict[int, list[TimelineEntry]] = {}
        self.stream: MemoryStream | None = None
        self.is_up = True
        self.refuses: IRError | None = None
        """What the stream raises for good, if anything."""
        self.list_fails: IRError | None = None
        self.query_fails: IRError | None = None
        self.call_fails: IRError | None = None
        """What the next triage call raises."""
        self.gate: asyncio.Event | None = None
        """Triage calls wait for it, where there is one."""
        self.forbidden: set[int] = set()
        """Alerts that this user may not change in bulk."""
        self.stats: AlertStats | None = None
        """What the server says of all alerts; None where it keeps no figures."""
        self.protocols: tuple[int, ...] = (1, 2)
        self.viewers: list[PresentUser] = []
        """Who else looks at whatever is looked at."""
        self.alerts = MemoryDesk(self)
        self.incidents = MemoryIncidents(self)

    async def meta(self) -> ServerMeta:
        return ServerMeta(protocols=self.protocols)

    def events(self) -> "MemoryStream":
        return MemoryStream(self)

    def hold(self, alert: Alert) -> None:
        """Have an alert without telling anybody."""
        self.stored[alert.id] = alert

    def publish(self, alert: Alert) -> None:
        """Ingest an alert."""
        self.hold(alert)
        self.tell(NewAlert(data=alert))

    def change(self, alert_id: int, *, by: str = "lee", **fields: Any) -> Alert:
        """Change an alert as another analyst would."""
        before = self.stored[alert_id]
        if "assigned_analyst_id" in fields and "assigned_analyst" not in fields:
            fields["assigned_analyst"] = self._user(fields["assigned_analyst_id"])
        changed = self._revise(before, fields)
        changes = {
            name: Change(before=_plain(getattr(before, name)), after=_plain(value))
            for name, value in fields.items()
        }
        self._log(changed, by, "updated", changes=changes)
        self.tell(AlertUpdated(data=changed))
        return changed

    def withdraw(self, alert_id: int) -> None:
        """Move an alert out of this user's sight, and tell the stream."""
        removal = Removal(id=alert_id, revision=(self.stored.pop(alert_id).revision or 0) + 1)
        self.tell(AlertRemoved(data=removal))

    def go_down(self, reason: str = "connection refused") -> None:
        self.is_up = False
        if self.stream is not None:
            self.stream.enter(StreamState.WAITING, reason=reason, retry_in=4.0)

    def come_back(self, *, missed: Sequence[Alert] = (), is_complete: bool = True) -> None:
        """Reconnect; `missed` are alerts that came meanwhile."""
        self.is_up = True
        stream = self.stream
        assert stream is not None
        stream.enter(StreamState.CONNECTING)
        stream.enter(StreamState.BACKFILLING)
        for alert in missed:
            self.hold(alert)
            stream.tell(NewAlert.backfilled(alert))
        stream.enter(StreamState.LIVE)
        stream.tell(Resumed(len(missed), is_complete))

    async def pass_gate(self) -> None:
        """What every write waits for, and what it may fail of."""
        if self.gate is not None:
            await self.gate.wait()
        if self.call_fails is not None:
            failure, self.call_fails = self.call_fails, None
            raise failure

    def _user(self, user_id: int | None) -> UserRef | None:
        if user_id is None:
            return None
        name = self.me.username if user_id == self.me.id else f"user{user_id}"
        return UserRef(id=user_id, username=name)

    def _revise(self, before: Alert, fields: dict[str, Any]) -> Alert:
        # A plain server has none, and gets none.
        revision = None if before.revision is None else before.revision + 1
        known = before.model_dump() | fields
        changed = Alert(**known | {"revision": revision, "updated_at": datetime.now(UTC)})
        self.stored[changed.id] = changed
        return changed

    def _log(self, alert: Alert, by: str, action: str, **fields: Any) -> TimelineEntry:
        entries = self.timelines.setdefault(alert.id, [])
        entry = TimelineEntry(
            id=len(entries) + 1,
            alert_id=alert.id,
            at=datetime.now(UTC),
            actor=Actor(kind="user", name=by),
            action=action,
            revision=alert.revision,
            **fields,
        )
        entries.append(entry)
        return entry

    def tell(self, event: Event) -> None:
        if self.stream is not None and self.is_up:
            self.stream.tell(event)


class MemoryDesk:
    """`client.alerts`."""

    def __init__(self, server: MemoryServer) -> None:
        self._server = server
        self.updates: list[tuple[int, AlertUpdate, int | None]] = []

    def list(self, *, size: int = 100, **filters: Any) -> "MemoryListing":
        return MemoryListing(self._server, size, filters.get("query"))

    async def get(self, alert_id: int) -> Alert:
        if alert_id not in self._server.stored:
            raise NotFound("No such alert", status=404)
        return self._server.stored[alert_id]

    async def update(
        self, alert_id: int, update: AlertUpdate, *, if_revision: int | None = None
    ) -> Alert:
        await self._server.pass_gate()
        self.updates.append((alert_id, update, if_revision))
        before = await self.get(alert_id)
        if if_revision is not None and (before.revision or 0) > if_revision:
            raise ChangedSince("Changed since", status=412, current=before)
        fields = update.model_dump(exclude_unset=True)
        return self._server.change(alert_id, by=self._server.me.username, **fields)

    async def bulk_update(
        self,
        update: AlertUpdate,
        *,
        alert_ids: Iterable[int] | None = None,
        expected: Mapping[int, int] | None = None,
    ) -> BulkUpdateReport:
        await self._server.pass_gate()
        fields = update.model_dump(exclude_unset=True)
        results = []
        for alert_id in alert_ids or ():
            before, known = self._server.stored.get(alert_id), (expected or {}).get(alert_id)
            status = "updated"
            if before is None:
                status = "not_found"
            elif alert_id in self._server.forbidden:
                status = "forbidden"
            elif known is not None and (before.revision or 0) > known:
                status = "changed_since"
            else:
                self._server.change(alert_id, by=self._server.me.username, **fields)
            known_now = self._server.stored.get(alert_id)
            revision = None if known_now is None else known_now.revision
            results.append(BulkUpdateResult(id=alert_id, status=status, revision=revision))
        updated = sum(result.status == "updated" for result in results)
        failed = len(results) - updated
        return BulkUpdateReport(
            success=not failed, updated_count=updated, failed_count=failed, results=tuple(results)
        )

    async def comment(self, alert_id: int, text: str) -> TimelineEntry:
        await self._server.pass_gate()
        changed = self._server._revise(await self.get(alert_id), {})
        entry = self._server._log(changed, self._server.me.username, "commented", comment=text)
        self._server.tell(AlertUpdated(data=changed))
        return entry

    async def stats(self) -> AlertStats:
        if self._server.stats is None:
            raise NotFound("Not Found", status=404)
        return self._server.stats

    async def timeline(self, alert_id: int) -> Sequence[TimelineEntry]:
        return tuple(self._server.timelines.get(alert_id, ()))

    async def take(self, alert_id: int, notes: str | None = None) -> Ownership:
        await self._server.pass_gate()
        server, me = self._server, self._server.me
        before = await self.get(alert_id)
        if before.assigned_analyst_id not in (None, me.id):
            raise ConflictError("Someone else has this alert", status=409)
        owner = UserRef(id=me.id, username=me.username, full_name=me.full_name)
        incidents = server.incidents
        held = incidents.stored.get(before.incident_id or "")
        incident = held or incidents.make(before.title, before.severity, alert_ids=(alert_id,))
        fields = {
            "assigned_analyst_id": me.id,
            "assigned_analyst": owner,
            "status": "investigating",
            "incident_id": incident.incident_id,
        }
        changed = server._revise(before, fields)
        server._log(changed, me.username, "owned")
        server.tell(AlertUpdated(data=changed))
        return Ownership(alert=changed, incident=incident)


class MemoryListing:
    """A list of alerts, newest first."""

    def __init__(self, server: MemoryServer, size: int, query: Query | None) -> None:
        self._server, self._size, self._query = server, size, query

    def _alerts(self) -> Iterable[Alert]:
        stored, me = self._server.stored.values(), self._server.me.id
        if self._query is None:
            return stored
        now = datetime.now(UTC)
        return [one for one in stored if self._query.matches(one, now=now, me=me)]

    async def pages(self) -> AsyncIterator[Page]:
        if self._server.list_fails is not None:
            raise self._server.list_fails
        if self._query is not None and self._server.query_fails is not None:
            raise self._server.query_fails
        newest_first = sorted(self._alerts(), key=lambda alert: (alert.received_at, alert.id))[::-1]
        total = len(newest_first)
        pages = max(1, -(-total // self._size))
        for number in range(pages):
            await asyncio.sleep(0)
            part = tuple(newest_first[number * self._size : (number + 1) * self._size])
            counts = Pagination(page=number + 1, size=self._size, total=total, total_pages=pages)
            yield Page(part, counts, None, None)


class MemoryStream:
    """One stream; connects by itself as soon as the server is up."""

    def __init__(self, server: MemoryServer) -> None:
        self._server = server
        self._events: asyncio.Queue[Event | IRError] = asyncio.Queue()
        self._state = StreamState.CONNECTING
        self.retries = 0
        self.sent: list[Command] = []
        self.viewed: int | None = None
        self.latency: float | None = None

    def tell(self, event: Event | IRError) -> None:
        self._events.put_nowait(event)

    def enter(self, state: StreamState, *, reason: str = "", retry_in: float | None = None) -> None:
        now = asyncio.get_running_loop().time()
        retry_at = None if retry_in is None else now + retry_in
        status = StreamStatus(state, now, attempt=1, retry_at=retry_at, reason=reason)
        self.tell(StateChanged(self._state, state, status))
        self._state = state

    @property
    def status(self) -> StreamStatus:
        now = asyncio.get_running_loop().time()
        return StreamStatus(self._state, now, latency_seconds=self.latency, last_heard_at=now)

    async def view(self, alert_id: int | None) -> None:
        self.viewed = alert_id
        if alert_id is not None and self._server.is_up:
            me = self._server.me
            here = [PresentUser(id=me.id, username=me.username), *self._server.viewers]
            self.tell(Presence(data=ViewerList(alert_id=alert_id, users=tuple(here))))

    async def send(self, command: Command) -> None:
        if self._state is not StreamState.LIVE:
            raise ConnectError("The stream is not connected")
        self.sent.append(command)

    def retry_now(self) -> None:
        self.retries += 1
        if self._server.is_up and self._state is StreamState.WAITING:
            self._server.come_back()

    async def __aenter__(self) -> Self:
        self._server.stream = self
        if self._server.refuses is not None:
            self.tell(self._server.refuses)
        elif not self._server.is_up:
            self.enter(StreamState.WAITING, reason="connection refused", retry_in=4.0)
        else:
            self.enter(StreamState.LIVE)
            self.tell(InitialData(data=InitialSnapshot(user=self._server.me)))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.stream = None

    async def __aiter__(self) -> AsyncIterator[Event]:
        while True:
            event = await self._events.get()
            if isinstance(event, IRError):
                raise event
            yield event


def _plain(value: Any) -> Any:
    return value.username if isinstance(value, UserRef) else value
