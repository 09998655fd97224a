"""Alerts over HTTP: create, list, look at, change, comment on, own."""

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from ir_client.wire.alerts import (
    AlertUpdate,
    CommentCreate,
    Label,
    OwnershipRequest,
    Timeline,
)
from ir_client.wire.base import UtcTime, Writer
from server_stub.api.alert_lists import InListParameters, listing_json, position_headers
from server_stub.api.answers import json_answer, model_answer
from server_stub.api.bodies import as_model, parse_body, read_body, read_model
from server_stub.api.conditions import InKnownRevision, etag
from server_stub.api.credentials import InCreator, InReader, InUpdater, InUser
from server_stub.api.idempotency import InOnce
from server_stub.api.limits import check_list
from server_stub.api.problems import refused
from server_stub.api.services import InServices
from server_stub.domain.strict_json import ParsedJson
from server_stub.errors import Duplicate
from server_stub.ingestion import Created, Ingested
from server_stub.storage.alert_rows import StoredAlert

router = APIRouter(prefix="/alerts")

AlertId = Annotated[int, Path(ge=1, lt=2**63)]


class IngestEnvelope(Writer):
    """A bulk ingest around its records, which are judged one by one and not here."""

    source_system: Label
    ingestion_timestamp: UtcTime | None = None
    alerts: Annotated[list[Any], Field(min_length=1, max_length=1000)]


@router.post("/ingest")
async def ingest(
    request: Request, creator: InCreator, services: InServices, once: InOnce
) -> Response:
    settings = services.settings
    body = await read_body(
        request, limit=settings.max_request_bytes, seconds=settings.body_timeout_seconds
    )
    parsed = await parse_body(body, settings)
    envelope, records = _split(parsed)

    def announce(ingested: Ingested) -> None:
        services.metrics.ingested(one.status for one in ingested.report.results)
        services.announcements.created(ingested.created_ids)
        services.announcements.changed(ingested.seen_again_ids)

    return await once.answer(
        lambda commit: services.intake.ingest(
            creator,
            envelope.source_system,
            records,
            suspicious=parsed.suspicious,
            check_sizes=len(body) > settings.max_alert_bytes,
            commit=commit,
        ),
        shown=lambda ingested: model_answer(ingested.report),
        announce=announce,
    )


@router.post("/single")
async def create(
    request: Request, creator: InCreator, services: InServices, once: InOnce
) -> Response:
    settings = services.settings
    body = await read_body(
        request, limit=settings.max_alert_bytes, seconds=settings.body_timeout_seconds
    )
    parsed = await parse_body(body, settings)

    def announce(created: Created) -> None:
        services.metrics.ingested(["created" if created.is_new else "duplicate"])
        told = services.announcements
        (told.created if created.is_new else told.changed)([created.alert.id])

    return await once.answer(
        lambda commit: services.intake.create(
            creator, parsed.value, suspicious=parsed.suspicious, commit=commit
        ),
        shown=_created,
        announce=announce,
    )


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
    return _shown(await services.alerts.get(alert_id, viewer=reader.viewer))


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
        shown=_shown,
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


def _split(parsed: ParsedJson) -> tuple[IngestEnvelope, list[Any]]:
    """The envelope, checked, and its records as they came."""
    if not isinstance(parsed.value, dict):
        return as_model(parsed, IngestEnvelope), []
    records = parsed.value.get("alerts")
    # What is wrong inside a record is that record's affair: here each counts as one of them.
    counted = [None] * len(records) if isinstance(records, list) else records
    outside = parsed.value if records is None else parsed.value | {"alerts": counted}
    envelope = as_model(replace(parsed, value=outside), IngestEnvelope)
    return envelope, records if isinstance(records, list) else []


def _created(created: Created) -> Response:
    if created.is_new:
        return _shown(created.alert, status=201)
    return refused(Duplicate("This alert is known already; it was counted again."))


def _shown(alert: StoredAlert, *, status: int = 200) -> Response:
    return json_answer(alert.json, status=status, headers=etag(alert.revision))
