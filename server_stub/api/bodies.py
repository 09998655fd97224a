"""Read what is sent to us: so much and no more, not too slowly, JSON, as the contract lists it."""

import asyncio
from functools import partial
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from server_stub.domain.strict_json import (
    MalformedJsonError,
    ParsedJson,
    flaw_in,
    parse_json,
)
from server_stub.errors import (
    FieldError,
    Invalid,
    MalformedBody,
    RequestTimeout,
    TooLarge,
    UnsupportedMediaType,
)
from server_stub.settings import ServerSettings

Model = TypeVar("Model", bound=BaseModel)

# A sender must keep up this pace beyond the first seconds; one that drips holds a connection.
_BYTES_PER_SECOND = 50_000
# Decoding more than this would hold up the streams that the event loop serves.
_DECODED_IN_LOOP = 64 * 1024


async def read_body(request: Request, *, limit: int, seconds: float) -> bytes:
    """The body, if it is JSON by its header, within `limit` bytes and comes in time."""
    _check_headers(request, limit)
    chunks: list[bytes] = []
    received = 0
    loop = asyncio.get_running_loop()
    start = loop.time()
    try:
        async with asyncio.timeout(seconds) as patience:
            async for chunk in request.stream():
                received += len(chunk)
                if received > limit:
                    raise _too_large(limit)
                chunks.append(chunk)
                patience.reschedule(start + seconds + received / _BYTES_PER_SECOND)
    except TimeoutError:
        raise RequestTimeout("The body did not arrive in time; send it again.") from None
    body: bytes = b"".join(chunks)
    request.state.body = body
    return body


def received_body(request: Request) -> bytes:
    """The body that was read of a request; empty if none was."""
    body: bytes = getattr(request.state, "body", b"")
    return body


async def parse_body(body: bytes, settings: ServerSettings) -> ParsedJson:
    """The JSON of a body. Raises MalformedBody."""
    parse = partial(parse_json, body, max_depth=settings.max_json_depth)
    try:
        return await asyncio.to_thread(parse) if len(body) > _DECODED_IN_LOOP else parse()
    except MalformedJsonError:
        raise MalformedBody("The body is not JSON in UTF-8.") from None


async def read_model(
    request: Request, model: type[Model], settings: ServerSettings, *, optional: bool = False
) -> Model:
    """The body as `model`; where it is `optional`, no body at all is an empty one."""
    if optional and request.headers.get("content-length", "0") == "0":
        return model()
    body = await read_body(
        request, limit=settings.max_alert_bytes, seconds=settings.body_timeout_seconds
    )
    return as_model(await parse_body(body, settings), model)


def as_model(parsed: ParsedJson, model: type[Model]) -> Model:
    """The body as `model`. Raises Invalid, which says where and why but not what."""
    if flaw := flaw_in(parsed.value, suspicious=parsed.suspicious, max_depth=parsed.max_depth):
        raise Invalid([FieldError(("body",), flaw)])
    try:
        return model.model_validate(parsed.value)
    except ValidationError as error:
        raise Invalid.of(error, "body") from None


def _check_headers(request: Request, limit: int) -> None:
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != "application/json":
        raise UnsupportedMediaType("Send application/json.")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise UnsupportedMediaType("Send the body as it is, not encoded.")
    declared = request.headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and int(declared[:20]) > limit:
        raise _too_large(limit)


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"The body may not be larger than {limit} bytes.")
