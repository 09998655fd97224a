"""The HTTP connection: uvicorn's protocol, with bounds that uvicorn has not.

As it comes, uvicorn waits for ever for the head of a request, and keeps as much of it as is sent.
Here a head has so many seconds and bytes, and a server so many connections. What follows the head
is bounded where bodies are read, and streams where the stream's socket is.
"""

import asyncio
import json
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from server_stub.api.envelope import REQUEST_ID_HEADER
from server_stub.names import fresh_name
from server_stub.settings import ServerSettings

_LINGER_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class _Refusal:
    """An answer to what never becomes a request; of the same shape as all others."""

    status: HTTPStatus
    code: str
    detail: str
    headers: tuple[str, ...] = ()

    def encoded(self) -> bytes:
        body = json.dumps({"detail": self.detail, "code": self.code})
        head = (
            f"HTTP/1.1 {self.status} {self.status.phrase}",
            "content-type: application/json",
            f"content-length: {len(body)}",
            f"{REQUEST_ID_HEADER.lower()}: {fresh_name()}",
            "connection: close",
            *self.headers,
        )
        return "\r\n".join((*head, "", body)).encode()


_NO_HTTP = _Refusal(HTTPStatus.BAD_REQUEST, "malformed_request", "This is no HTTP/1.1 request.")
_TOO_LATE = _Refusal(
    HTTPStatus.REQUEST_TIMEOUT,
    "request_timeout",
    "The head of the request did not arrive in time.",
)
_TOO_LARGE = _Refusal(
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    "too_large",
    "The head of the request is too large.",
)
_TOO_MANY = _Refusal(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "unavailable",
    "There are too many connections; try again later.",
    ("retry-after: 1",),
)


def uvicorn_http_settings(settings: ServerSettings) -> dict[str, Any]:
    """How uvicorn has to serve requests."""
    return {"http": partial(HttpSocket, settings=settings, requesting=set())}


class HttpSocket(HttpToolsProtocol):
    """One HTTP connection, until it ends or becomes a stream."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        settings: ServerSettings,
        requesting: "set[HttpSocket]",
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._settings = settings
        # Not uvicorn's own set: streams are in that, too, and have a limit of their own.
        self._requesting = requesting
        self._head_timer: asyncio.TimerHandle | None = None
        self._head_bytes = 0
        self._in_body = False
        self._rest_timer: asyncio.TimerHandle | None = None
        self._is_ending = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        super().connection_made(transport)
        self._requesting.add(self)
        if len(self._requesting) > self._settings.http_connections:
            self._end(_TOO_MANY)
        else:
            self._begin_head()

    def handle_websocket_upgrade(self) -> None:
        self._requesting.discard(self)
        super().handle_websocket_upgrade()

    def connection_lost(self, exc: Exception | None) -> None:
        self._requesting.discard(self)
        self._end_head()
        self._end_rest()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._is_ending or self.transport.is_closing():
            return
        super().data_received(data)
        # Counted here as well as below: what has no end is not shown to us as a header.
        if self._head_timer is not None:
            self._count(len(data))
        elif self._in_body and self._rest_timer is None and self.cycle.response_complete:
            # Answered already; nobody reads the rest, which must not drip for ever either.
            self._rest_timer = self.loop.call_later(
                self._settings.head_timeout_seconds, self.transport.close
            )

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._begin_head()

    def on_header(self, name: bytes, value: bytes) -> None:
        super().on_header(name, value)
        self._head_bytes += len(name) + len(value)

    def on_headers_complete(self) -> None:
        self._end_head()
        self._head_bytes += len(self.url)
        if self._head_bytes > self._settings.head_bytes:
            raise ValueError("a head beyond its bounds goes no further")
        super().on_headers_complete()
        # A stream's socket takes over from here.
        self._in_body = self.cycle is not None and not self.parser.should_upgrade()

    def on_message_complete(self) -> None:
        self._in_body = False
        self._end_rest()
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - as uvicorn has it
        too_large = self._head_bytes > self._settings.head_bytes
        self._end(_TOO_LARGE if too_large else _NO_HTTP)

    def _begin_head(self) -> None:
        self._end_head()
        self._head_bytes = 0
        self._head_timer = self.loop.call_later(
            self._settings.head_timeout_seconds, self._end, _TOO_LATE
        )

    def _end_head(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _end_rest(self) -> None:
        if self._rest_timer is not None:
            self._rest_timer.cancel()
            self._rest_timer = None

    def _count(self, size: int) -> None:
        self._head_bytes += size
        if self._head_bytes > 2 * self._settings.head_bytes:
            self._end(_TOO_LARGE)

    def _end(self, refusal: _Refusal) -> None:
        """Say why in an answer of its own, and close."""
        self._end_head()
        if self._is_ending or self.transport.is_closing():
            return
        self._is_ending = True
        self.transport.write(refusal.encoded())
        if self.transport.can_write_eof():
            # Closing at once with input unread makes the kernel reset the connection, and the
            # peer never reads why. So the line stays open for a moment and drops what comes.
            self.transport.write_eof()
            self._head_timer = self.loop.call_later(_LINGER_SECONDS, self.transport.abort)
        else:
            self.transport.close()
