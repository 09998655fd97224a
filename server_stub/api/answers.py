"""Answers that are JSON already, or a model about to be."""

from pydantic import BaseModel
from starlette.responses import Response

from server_stub.api.conditions import etag
from server_stub.storage.alert_rows import StoredAlert


def json_answer(
    content: bytes, *, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    """An answer of JSON that was encoded before."""
    return Response(content, status, headers, media_type="application/json")


def model_answer(model: BaseModel, *, status: int = 200) -> Response:
    """An answer of a model; its secrets stay hidden."""
    return json_answer(model.model_dump_json().encode(), status=status)


def alert_answer(alert: StoredAlert, *, status: int = 200) -> Response:
    """An answer of an alert, with its revision."""
    return json_answer(alert.json, status=status, headers=etag(alert.revision))
