"""REST and WebSocket on one port: the first request of a connection says which it is.

A WebSocket handshake goes to websockets; everything else is one HTTP/1.1 request, answered by a
function, after which the connection ends.
"""

import asyncio
import http
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
from websockets.asyncio.server import ServerConnection

from .sockets import reset

logger = logging.getLogger("ir_client.testing")

MAX_REQUEST_BYTES = 17 * 2**20
_HEAD_END = b"\r\n\r\n"

Answering = Callable[[httpx.Request], Awaitable[httpx.Response]]


class Rest:
    """Who answers the HTTP requests of a server, and the connections they came on."""

    def __init__(self, answer: Answering, tasks: asyncio.TaskGroup) -> None:
        self.answer = answer
        self.tasks = tasks
        self.connections: set[_Exchange] = set()

    def close(self) -> None:
        for connection in list(self.connections):
            connection.close()


class FrontConnection(ServerConnection):
    """A connection that is a WebSocket once its first request asks for one."""

    def __init__(self, *args: Any, rest: Rest, **options: Any) -> None:
        super().__init__(*args, **options)
        self._exchange: _Exchange | None = _Exchange(rest)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert self._exchange is not None
        self._exchange.connection_made(transport)

    def data_received(self, data: bytes) -> None:
        if self._exchange is None:
            super().data_received(data)
            return
        exchange = self._exchange
        if not exchange.take(data).wants_websocket:
            exchange.answer_when_whole()
            return
        self._exchange = None
        super().connection_made(exchange.leave())
        super().data_received(bytes(exchange.received))

    def eof_received(self) -> None:
        if self._exchange is None:
            super().eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._exchange is None:
            super().connection_lost(exc)
        else:
            self._exchange.connection_lost()


class _Exchange:
    """One HTTP request and its answer."""

    def __init__(self, rest: Rest) -> None:
        self._rest = rest
        self._transport: asyncio.Transport | None = None
        self._task: asyncio.Task[None] | None = None
        self.received = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._rest.connections.add(self)

    def connection_lost(self) -> None:
        self._rest.connections.discard(self)
        self.close()

    def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
        if self._transport is not None:
            self._transport.abort()

    def leave(self) -> asyncio.Transport:
        """The transport, which is somebody else's from now on."""
        assert self._transport is not None
        transport, self._transport = self._transport, None
        self._rest.connections.discard(self)
        return transport

    def take(self, data: bytes) -> "_Exchange":
        self.received += data
        return self

    @property
    def wants_websocket(self) -> bool:
        head, end, _ = self.received.partition(_HEAD_END)
        return bool(end) and b"\r\nupgrade: websocket" in head.lower()

    def answer_when_whole(self) -> None:
        if self._task is not None:
            return
        request = _request_in(bytes(self.received))
        if request is not None:
            self._task = self._rest.tasks.create_task(self._answer(request))

    async def _answer(self, request: httpx.Request | int) -> None:
        assert self._transport is not None
        if isinstance(request, int):
            response = httpx.Response(request)
        else:
            try:
                response = await self._rest.answer(request)
            except httpx.TransportError:
                reset(self._transport)  # a fault that the test has asked for
                return
            except Exception:
                # At the outermost edge: the test must see it, not hang for want of an answer.
                logger.exception("The fake server failed to answer %s", request.url.path)
                response = httpx.Response(500)
        self._transport.write(_encoded(response))
        self._transport.close()


def _request_in(received: bytes) -> httpx.Request | int | None:
    """The request, None while it is not whole, or the status with which it is refused."""
    head, end, body = received.partition(_HEAD_END)
    if not end:
        return 431 if len(head) > 2**16 else None
    first, *lines = head.decode("latin-1").split("\r\n")
    if len(words := first.split(" ")) != 3:
        return 400
    headers = httpx.Headers([(name, value.strip()) for name, _, value in _fields(lines)])
    if "transfer-encoding" in headers:
        return 411
    if not (digits := headers.get("content-length", "0")).isdecimal():
        return 400
    if (length := int(digits)) > MAX_REQUEST_BYTES:
        return 413
    if len(body) < length:
        return None
    url = f"http://{headers.get('host', '127.0.0.1')}{words[1]}"
    return httpx.Request(words[0], url, headers=headers, content=body[:length])


def _fields(lines: list[str]) -> list[tuple[str, str, str]]:
    return [line.partition(":") for line in lines]


def _encoded(response: httpx.Response) -> bytes:
    status = http.HTTPStatus(response.status_code)
    body = response.content
    headers = dict(response.headers) | {"content-length": str(len(body)), "connection": "close"}
    lines = [f"HTTP/1.1 {status.value} {status.phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body
