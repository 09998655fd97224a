"""Alerts seen from afar, over HTTP: counts, where they come from, whether they can be served.

Stands before the addresses of single alerts, whose ids these names are not.
"""

from fastapi import APIRouter
from starlette.responses import Response

from ir_client.wire.overview import AlertHealth
from server_stub.api.answers import model_answer
from server_stub.api.credentials import InReader
from server_stub.api.services import InServices
from server_stub.storage.events import read_head

router = APIRouter(prefix="/alerts")


@router.get("/health")
async def health(services: InServices) -> Response:
    """Open to everyone: whether the database of the alerts answers."""
    await services.database.read(read_head)
    return model_answer(AlertHealth(status="healthy"))


@router.get("/stats/overview")
async def stats(reader: InReader, services: InServices) -> Response:
    return model_answer(await services.alerts.stats(viewer=reader.viewer))


@router.get("/sources")
async def sources(reader: InReader, services: InServices) -> Response:
    return model_answer(await services.alerts.sources(viewer=reader.viewer))


@router.get("/source-systems")
async def source_systems(reader: InReader, services: InServices) -> Response:
    return model_answer(await services.alerts.source_systems(viewer=reader.viewer))
