"""New alerts over HTTP: many in one request, or one."""

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from ir_client.wire.alerts import Label
from ir_client.wire.base import UtcTime, Writer
from server_stub.api.answers import alert_answer, model_answer
from server_stub.api.bodies import as_model, parse_body, read_body
from server_stub.api.credentials import InCreator
from server_stub.api.idempotency import InOnce
from server_stub.api.problems import refused
from server_stub.api.quick_routes import QuickRoute
from server_stub.api.services import InServices
from server_stub.domain.strict_json import ParsedJson
from server_stub.errors import Duplicate
from server_stub.ingestion import Created, Ingested

router = APIRouter(prefix="/alerts", route_class=QuickRoute)


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
        return alert_answer(created.alert, status=201)
    return refused(Duplicate("This alert is known already; it was counted again."))
