"""Alerts over HTTP: list, look at, change, comment on, own."""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from ir_client.wire.alerts import (
    AlertUpdate,
    CommentCreate,
    OwnershipRequest,
    Timeline,
)
from server_stub.api.alert_lists import InListParameters, listing_json, position_headers
from server_stub.api.answers import alert_answer, json_answer, model_answer
from server_stub.api.bodies import read_model
from server_stub.api.conditions import InKnownRevision
from server_stub.api.credentials import InReader, InUpdater, InUser
from server_stub.api.idempotency import InOnce
from server_stub.api.limits import check_list
from server_stub.api.services import InServices

router = APIRouter(prefix="/alerts")

AlertId = Annotated[int, Path(ge=1, lt=2**63)]


@router.get("")
async def list_alerts(
    reader: InReader, services: InServices, parameters: InListParameters
) -> Response:
    check_list(services.settings, search=parameters.search, size=parameters.size)
    listing = await services.alerts.list(parameters.request(), viewer=reader.viewer)
    return json_answer(
        listing_json(listing, parameters), headers=position_headers(listing, viewer=reader.viewer)
    )


@router.get("/{alert_id}")
async def get(alert_id: AlertId, reader: InReader, services: InServices) -> Response:
    return alert_answer(await services.alerts.get(alert_id, viewer=reader.viewer))


@router.put("/{alert_id}")
async def update(
    request: Request,
    alert_id: AlertId,
    updater: InUpdater,
    services: InServices,
    once: InOnce,
    if_revision: InKnownRevision,
) -> Response:
    wanted = await read_model(request, AlertUpdate, services.settings)
    return await once.answer(
        lambda commit: services.triage.update(
            updater.viewer, alert_id, wanted, if_revision=if_revision, commit=commit
        ),
        shown=alert_answer,
        announce=lambda alert: services.announcements.changed([alert.id]),
    )


@router.get("/{alert_id}/timeline")
async def timeline(alert_id: AlertId, reader: InReader, services: InServices) -> Response:
    entries = await services.alerts.timeline(alert_id, viewer=reader.viewer)
    return model_answer(Timeline(timeline=entries))


@router.post("/{alert_id}/comments")
async def comment(
    request: Request, alert_id: AlertId, updater: InUpdater, services: InServices, once: InOnce
) -> Response:
    wanted = await read_model(request, CommentCreate, services.settings)
    return await once.answer(
        lambda commit: services.triage.comment(
            updater.viewer, alert_id, wanted.content, commit=commit
        ),
        shown=lambda entry: model_answer(entry, status=201),
        announce=lambda _: services.announcements.changed([alert_id]),
    )


@router.post("/{alert_id}/ownership")
async def take_ownership(
    request: Request, alert_id: AlertId, user: InUser, services: InServices, once: InOnce
) -> Response:
    wanted = await read_model(request, OwnershipRequest, services.settings, optional=True)
    return await once.answer(
        lambda commit: services.triage.take_ownership(
            user.viewer, alert_id, notes=wanted.notes, commit=commit
        ),
        shown=lambda owned: json_answer(
            b'{"alert":%b,"incident":%b}' % (owned.alert.json, owned.incident.json)
        ),
        announce=lambda _: services.announcements.changed([alert_id]),
    )
