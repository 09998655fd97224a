"""What holds for every request: an id, safe headers, one shape of failure.

A trailing slash makes no difference. Nothing that goes wrong in a handler leaves the server as
anything but a problem with the id under which the log has it.
"""

import logging
import re
from collections.abc import Callable
from typing import Protocol

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server_stub.api.problems import problem, refused
from server_stub.errors import Refusal
from server_stub.logs import ACCESS_LOGGER, logged_as
from server_stub.names import fresh_name

REQUEST_ID_HEADER = "X-Request-ID"

_log = logging.getLogger(__name__)
_access_log = logging.getLogger(ACCESS_LOGGER)
_MAX_LOGGED_PATH = 300
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_SAFE_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


class OnAnswer(Protocol):
    """Hears of each answer; `route` is the pattern that the address matched, if any did."""

    def __call__(self, method: str, route: str, status: int, *, seconds: float) -> None: ...


class RequestEnvelope:
    """ASGI middleware around all HTTP requests; streams pass through, with an id for the log."""

    def __init__(
        self, app: ASGIApp, *, monotonic: Callable[[], float], on_answer: OnAnswer
    ) -> None:
        self._app = app
        self._monotonic = monotonic
        self._on_answer = on_answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        with logged_as(request_id):
            if scope["type"] == "http":
                await self._serve(scope, receive, send, request_id)
            else:
                await self._app(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> None:
        if len(scope["path"]) > 1:
            scope["path"] = scope["path"].rstrip("/") or "/"
        began, outgoing = self._monotonic(), _Outgoing(send, request_id)
        await self._answer(scope, receive, outgoing, request_id)
        if outgoing.status is not None:
            seconds = self._monotonic() - began
            self._on_answer(scope["method"], _route(scope), outgoing.status, seconds=seconds)
            _access_log.info(
                "%s %s %d, %.1f ms",
                scope["method"],
                scope["path"][:_MAX_LOGGED_PATH],
                outgoing.status,
                seconds * 1000,
            )

    async def _answer(
        self, scope: Scope, receive: Receive, send: "_Outgoing", request_id: str
    ) -> None:
        try:
            await self._app(scope, receive, send)
        except Refusal as refusal:
            if not send.started:
                await refused(refusal)(scope, receive, send)
        except ClientDisconnect:
            _log.debug("a client left before its answer", extra={"request_id": request_id})
        except Exception:  # noqa: BLE001 - the edge of a request: logged and answered
            _log.exception(
                "%s %s failed", scope["method"], scope["path"], extra={"request_id": request_id}
            )
            if not send.started:
                failure = problem("internal", "The server failed; its log knows the request id.")
                await failure(scope, receive, send)


class _Outgoing:
    """Sends messages on, adding headers to the first."""

    def __init__(self, send: Send, request_id: str) -> None:
        self.status: int | None = None
        self._send = send
        self._request_id = request_id

    @property
    def started(self) -> bool:
        return self.status is not None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers[REQUEST_ID_HEADER] = self._request_id
            for name, value in _SAFE_HEADERS.items():
                headers.setdefault(name, value)
        await self._send(message)


def _route(scope: Scope) -> str:
    """The pattern of the address, as it was declared; what matched none has one name."""
    route = scope.get("route")
    return str(getattr(route, "path", "none"))


def _request_id(scope: Scope) -> str:
    given = Headers(scope=scope).get(REQUEST_ID_HEADER, "")
    return given if _REQUEST_ID.fullmatch(given) else fresh_name()
