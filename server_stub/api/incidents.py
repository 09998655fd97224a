"""Incidents over HTTP: make, list, look at, change, note; what is counted of them."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from ir_client.wire.alerts import Pagination
from ir_client.wire.incidents import (
    IncidentCreate,
    IncidentMove,
    IncidentTimeline,
    IncidentUpdate,
    NoteCreate,
)
from ir_client.wire.values import IncidentStatus, Priority, Severity
from server_stub.api.alert_lists import RowId, SearchText
from server_stub.api.answers import json_answer, model_answer
from server_stub.api.bodies import read_model
from server_stub.api.conditions import InKnownRevision, etag
from server_stub.api.credentials import InReader, InUser
from server_stub.api.idempotency import InOnce
from server_stub.api.limits import check_list
from server_stub.api.services import InServices
from server_stub.storage.encoding import json_list
from server_stub.storage.incident_rows import StoredIncident
from server_stub.storage.incidents import IncidentFilter, IncidentListing

router = APIRouter(prefix="/incidents")

Name = Annotated[str, Path(max_length=100, description="The number, or the name INC-…")]


def _split(given: object) -> object:
    """Values that are repeated, or separated by commas, or both."""
    if not isinstance(given, list):
        return given
    return [part.strip() for one in given for part in str(one).split(",")]


_Statuses = Annotated[
    list[IncidentStatus], BeforeValidator(_split), Field(max_length=10, default_factory=list)
]


class _OwnedParameters(BaseModel):
    model_config = ConfigDict(extra="forbid")

    status: _Statuses


class IncidentListParameters(BaseModel):
    """The query of a list; a parameter we do not know is refused, for it would narrow nothing."""

    model_config = ConfigDict(extra="forbid")

    search: Annotated[SearchText, Field(max_length=1000)] | None = None
    severity: Annotated[list[Severity], BeforeValidator(_split), Field(max_length=10)] = []
    status: _Statuses
    priority: Annotated[list[Priority], BeforeValidator(_split), Field(max_length=10)] = []
    owner_id: RowId | None = None
    assigned_analyst_id: RowId | None = None
    page: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    size: Annotated[int, Field(ge=1, le=100)] = 50

    def wanted(self) -> IncidentFilter:
        """What is asked for."""
        return IncidentFilter(
            search=self.search,
            severity=tuple(self.severity),
            status=tuple(self.status),
            priority=tuple(self.priority),
            owner_id=self.owner_id,
            assigned_analyst_id=self.assigned_analyst_id,
        )


@router.get("")
async def list_incidents(
    reader: InReader,
    services: InServices,
    parameters: Annotated[IncidentListParameters, Query()],
) -> Response:
    check_list(services.settings, search=parameters.search, size=parameters.size)
    listing = await services.incidents.page(
        parameters.wanted(),
        viewer=reader.viewer,
        size=parameters.size,
        offset=(parameters.page - 1) * parameters.size,
    )
    return json_answer(_page_json(listing, parameters))


@router.post("")
async def create(request: Request, user: InUser, services: InServices, once: InOnce) -> Response:
    wanted = await read_model(request, IncidentCreate, services.settings)
    return await once.answer(
        lambda commit: services.casework.create(user.viewer, wanted, commit=commit),
        shown=lambda incident: _shown(incident, status=201),
        announce=lambda _: services.announcements.incidents(),
    )


@router.get("/owned")
async def owned(
    user: InUser, services: InServices, parameters: Annotated[_OwnedParameters, Query()]
) -> Response:
    found = await services.incidents.owned_by(user.user.id, statuses=parameters.status)
    return json_answer(b'{"incidents":%b}' % _list_json(found))


@router.get("/stats")
async def stats(reader: InReader, services: InServices) -> Response:
    return model_answer(await services.incidents.stats(reader.viewer))


@router.get("/{name}")
async def get(name: Name, reader: InReader, services: InServices) -> Response:
    return _shown(await services.incidents.get(name, viewer=reader.viewer))


@router.put("/{name}")
async def update(
    request: Request,
    name: Name,
    user: InUser,
    services: InServices,
    once: InOnce,
    if_revision: InKnownRevision,
) -> Response:
    wanted = await read_model(request, IncidentUpdate, services.settings)
    return await once.answer(
        lambda commit: services.casework.update(
            user.viewer, name, wanted, if_revision=if_revision, commit=commit
        ),
        shown=_shown,
        announce=lambda _: services.announcements.incidents(),
    )


@router.put("/{name}/status")
async def move(
    request: Request, name: Name, user: InUser, services: InServices, once: InOnce
) -> Response:
    wanted = await read_model(request, IncidentMove, services.settings)
    return await once.answer(
        lambda commit: services.casework.move(user.viewer, name, wanted, commit=commit),
        shown=_shown,
        announce=lambda _: services.announcements.incidents(),
    )


@router.post("/{name}/notes")
async def note(
    request: Request, name: Name, user: InUser, services: InServices, once: InOnce
) -> Response:
    wanted = await read_model(request, NoteCreate, services.settings)
    return await once.answer(
        lambda commit: services.casework.note(user.viewer, name, wanted, commit=commit),
        shown=lambda entry: model_answer(entry, status=201),
        announce=lambda _: services.announcements.incidents(),
    )


@router.get("/{name}/timeline")
async def timeline(name: Name, reader: InReader, services: InServices) -> Response:
    lines = await services.incidents.timeline(name, viewer=reader.viewer)
    return model_answer(IncidentTimeline(timeline=lines))


def _shown(incident: StoredIncident, *, status: int = 200) -> Response:
    return json_answer(incident.json, status=status, headers=etag(incident.revision))


def _list_json(incidents: Sequence[StoredIncident]) -> bytes:
    return json_list([incident.json for incident in incidents])


def _page_json(listing: IncidentListing, parameters: IncidentListParameters) -> bytes:
    pagination = Pagination(
        page=parameters.page,
        size=parameters.size,
        total=listing.total,
        total_pages=-(-listing.total // parameters.size),
        total_exact=listing.total_exact,
    )
    return b'{"incidents":%b,"pagination":%b}' % (
        _list_json(listing.incidents),
        pagination.model_dump_json().encode(),
    )
