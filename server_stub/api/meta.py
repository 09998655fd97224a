"""What the server is, and whether it lives. Open to everyone: says nothing about alerts."""

from importlib.metadata import version

from fastapi import APIRouter
from starlette.responses import Response

from ir_client.wire.auth import ServerMeta
from server_stub.api.answers import json_answer, model_answer
from server_stub.api.services import InServices
from server_stub.storage.events import read_head

router = APIRouter()
health_router = APIRouter()

_META = ServerMeta(
    name="IR Central",
    version=version("ir-console"),
    protocols=(1, 2),
    features=(
        "bulk_update",
        "comments",
        "cursor",
        "idempotency_key",
        "if_match",
        "incident_timeline",
        "ingest_results",
        "ownership",
        "query",
        "revision",
        "stream_bearer",
        "stream_ticket",
        "timeline",
        "updated_after",
    ),
)


@router.get("/meta")
async def meta() -> Response:
    return model_answer(_META)


@health_router.get("/healthz")
async def healthz() -> Response:
    """Whether the process answers at all."""
    return json_answer(b'{"status": "ok"}')


@health_router.get("/readyz")
async def readyz(services: InServices) -> Response:
    """Whether the database answers, too."""
    await services.database.read(read_head)
    return json_answer(b'{"status": "ready"}')
