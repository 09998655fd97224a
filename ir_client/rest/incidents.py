"""Incidents: read, make, work on."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any, TypedDict, Unpack
from urllib.parse import quote

from ..wire.incidents import (
    Incident,
    IncidentCreate,
    IncidentEntry,
    IncidentList,
    IncidentPage,
    IncidentStats,
    IncidentTimeline,
    IncidentUpdate,
)
from ..wire.values import IncidentStatus
from .call import Call
from .failures import parsed
from .transport import Transport


class IncidentFilters(TypedDict, total=False):
    """What a list of incidents may be narrowed by; several values mean any of them."""

    search: str
    severity: str | Sequence[str]
    status: str | Sequence[str]
    priority: str | Sequence[str]
    owner_id: int
    assigned_analyst_id: int


class IncidentQuery:
    """A list of incidents, fetched page by page while it is iterated over."""

    def __init__(self, transport: Transport, params: Mapping[str, Any]) -> None:
        self._transport = transport
        self._params = params

    async def __aiter__(self) -> AsyncIterator[Incident]:
        seen: set[int] = set()
        async for page in self.pages():
            for incident in page.incidents:
                # Those that are made meanwhile push others onto the next page.
                if incident.id not in seen:
                    seen.add(incident.id)
                    yield incident

    async def pages(self) -> AsyncIterator[IncidentPage]:
        """The pages one by one."""
        number = 1
        while True:
            params = {**self._params, "page": number}
            answer = await self._transport.send(Call("GET", "/incidents/", params=params))
            page = parsed(answer, IncidentPage)
            yield page
            number += 1
            if page.pagination.total_exact:
                is_last = number > page.pagination.total_pages
            else:
                # Of very many, the number of pages is an estimate: a full page may have a next one.
                is_last = len(page.incidents) < page.pagination.size
            if is_last or not page.incidents:
                return


class IncidentCalls:
    """`client.incidents`. An incident goes by its number or by its name, `INC-…`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self, *, size: int = 100, **filters: Unpack[IncidentFilters]) -> IncidentQuery:
        """Incidents that match all filters, newest first; iterate over it or its `.pages()`."""
        return IncidentQuery(self._transport, {"size": size, **filters})

    async def get(self, name: int | str) -> Incident:
        """One incident, with the newest lines of its timeline."""
        return parsed(await self._transport.send(Call("GET", _path(name))), Incident)

    async def create(
        self, incident: IncidentCreate, *, idempotency_key: str | None = None
    ) -> Incident:
        """Make an incident, ours unless it names an owner; ConflictError for an alert in another.

        For `idempotency_key` see `client.alerts.create`.
        """
        body = incident.model_dump(mode="json", exclude_unset=True)
        call = Call("POST", "/incidents", body=body, key=idempotency_key)
        return parsed(await self._transport.send(call), Incident)

    async def update(
        self, name: int | str, update: IncidentUpdate, *, if_revision: int | None = None
    ) -> Incident:
        """Change the fields that are set in `update`.

        With `if_revision`, raises ChangedSince when the incident changed after that; the error
        has it as it is now (`current_incident`).
        """
        call = Call(
            "PUT",
            _path(name),
            body=update.model_dump(mode="json", exclude_unset=True),
            headers={"If-Match": f'"{if_revision}"'} if if_revision is not None else {},
            # Without a key: sent twice, it could meet its own first half and seem refused.
            idempotent=if_revision is None,
            needs=None if if_revision is None else "if_match",
        )
        return parsed(await self._transport.send(call), Incident)

    async def set_status(
        self, name: int | str, status: IncidentStatus, notes: str | None = None
    ) -> Incident:
        """Move an incident to another status; `notes` say why, in its timeline."""
        body = {"status": status} if notes is None else {"status": status, "notes": notes}
        # Sent twice without a key, the notes would stand there twice.
        call = Call("PUT", _path(name, "status"), body=body, idempotent=notes is None)
        return parsed(await self._transport.send(call), Incident)

    async def add_note(
        self,
        name: int | str,
        content: str,
        *,
        note_type: str | None = None,
        is_internal: bool = False,
    ) -> IncidentEntry:
        """Add a note of up to 16,384 characters to an incident's timeline."""
        body: dict[str, object] = {"content": content}
        if note_type is not None:
            body["note_type"] = note_type
        if is_internal:
            body["is_internal"] = True
        call = Call("POST", _path(name, "notes"), body=body)
        return parsed(await self._transport.send(call), IncidentEntry)

    async def timeline(self, name: int | str) -> Sequence[IncidentEntry]:
        """All that happened to an incident, oldest first."""
        call = Call("GET", _path(name, "timeline"), needs="incident_timeline")
        return parsed(await self._transport.send(call), IncidentTimeline).timeline

    async def owned(self, *, status: Iterable[IncidentStatus] = ()) -> Sequence[Incident]:
        """Our own incidents, the newest 200: those in one of these statuses, or the open ones."""
        params = {"status": [*status]}
        answer = await self._transport.send(Call("GET", "/incidents/owned", params=params))
        return parsed(answer, IncidentList).incidents

    async def stats(self) -> IncidentStats:
        """Counts of the incidents that we may see."""
        answer = await self._transport.send(Call("GET", "/incidents/stats"))
        return parsed(answer, IncidentStats)


def _path(name: int | str, *steps: str) -> str:
    # A name may come from anywhere: with a slash in it, it would be another address.
    return "/".join(["/incidents", quote(str(name), safe=""), *steps])
