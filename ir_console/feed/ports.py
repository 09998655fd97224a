"""The small part of the SDK's client that the console needs.

`IRClient` has all of it; tests use a server in memory that has it too.
"""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from types import TracebackType
from typing import Protocol, Self, Unpack

from ir_client.rest.alerts import AlertFilters, Page
from ir_client.stream.events import Event
from ir_client.stream.status import StreamStatus
from ir_client.wire.alerts import Alert, AlertUpdate, TimelineEntry
from ir_client.wire.auth import ServerMeta
from ir_client.wire.bulk import BulkUpdateReport
from ir_client.wire.commands import Command
from ir_client.wire.incidents import (
    Incident,
    IncidentCreate,
    IncidentEntry,
    IncidentPage,
    IncidentUpdate,
    Ownership,
)
from ir_client.wire.overview import AlertStats
from ir_client.wire.values import IncidentStatus


class AlertListing(Protocol):
    """A list of alerts, page by page."""

    def pages(self) -> AsyncIterator[Page]: ...


class AlertDesk(Protocol):
    """Reading and triaging alerts."""

    def list(self, *, size: int = 100, **filters: Unpack[AlertFilters]) -> AlertListing: ...

    async def update(
        self, alert_id: int, update: AlertUpdate, *, if_revision: int | None = None
    ) -> Alert: ...

    async def bulk_update(
        self,
        update: AlertUpdate,
        *,
        alert_ids: Iterable[int] | None = None,
        expected: Mapping[int, int] | None = None,
    ) -> BulkUpdateReport: ...

    async def comment(self, alert_id: int, text: str) -> TimelineEntry: ...

    async def stats(self) -> AlertStats: ...

    async def timeline(self, alert_id: int) -> Sequence[TimelineEntry]: ...

    async def take(self, alert_id: int, notes: str | None = None) -> Ownership: ...

    async def get(self, alert_id: int) -> Alert: ...


class IncidentListing(Protocol):
    """A list of incidents, page by page."""

    def pages(self) -> AsyncIterator[IncidentPage]: ...


class IncidentDesk(Protocol):
    """Reading and working on incidents; one goes by its number or its name."""

    def list(self, *, size: int = 100) -> IncidentListing: ...

    async def get(self, name: int | str) -> Incident: ...

    async def create(self, incident: IncidentCreate) -> Incident: ...

    async def update(
        self, name: int | str, update: IncidentUpdate, *, if_revision: int | None = None
    ) -> Incident: ...

    async def set_status(
        self, name: int | str, status: IncidentStatus, notes: str | None = None
    ) -> Incident: ...

    async def add_note(self, name: int | str, content: str) -> IncidentEntry: ...

    async def timeline(self, name: int | str) -> Sequence[IncidentEntry]: ...


class LiveStream(Protocol):
    """The events of a server over every interruption."""

    @property
    def status(self) -> StreamStatus: ...

    def retry_now(self) -> None: ...

    async def view(self, alert_id: int | None) -> None: ...

    async def send(self, command: Command) -> None: ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...

    def __aiter__(self) -> AsyncIterator[Event]: ...


class ConsoleClient(Protocol):
    """A server as the console sees it."""

    @property
    def alerts(self) -> AlertDesk: ...

    @property
    def incidents(self) -> IncidentDesk: ...

    def events(self) -> LiveStream: ...

    async def meta(self) -> ServerMeta: ...
