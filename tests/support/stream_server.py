"""A server on a real socket inside the test's own loop: its parts can be reached and broken."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from server_stub.api.http_socket import uvicorn_http_settings
from server_stub.api.stream import IncidentStream
from server_stub.api.stream_socket import uvicorn_stream_settings
from server_stub.app import create_app, system_clock
from tests.support.openapi import described
from tests.support.server import AppClient, FakeClock, cheap_settings

PATIENCE_SECONDS = 30


class StreamClient:
    """One connection, read frame by frame."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def next(self) -> dict[str, Any]:
        """The next frame."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            frame: dict[str, Any] = json.loads(await self.connection.recv())
        return frame

    async def next_of(self, *types: str) -> dict[str, Any]:
        """The next frame of one of these types; others are passed over."""
        while (frame := await self.next())["type"] not in types:
            pass
        return frame

    async def send(self, type: str, **data: Any) -> None:  # noqa: A002 - as it is on the wire
        """Send a command with its arguments in `data`."""
        await self.connection.send(json.dumps({"type": type, "data": data}))

    async def heard_until_pong(self) -> list[dict[str, Any]]:
        """All frames that come before the answer to a ping sent now."""
        await self.send("ping")
        frames = []
        while (frame := await self.next())["type"] != "pong":
            frames.append(frame)
        return frames

    async def close_code(self) -> int | None:
        """The code with which the server ends the connection; frames before it are passed over."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while True:
                    await self.connection.recv()
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else None


class StreamServer(AppClient):
    """A whole server on a socket."""

    def __init__(self, http: httpx.AsyncClient, app: Any, clock: FakeClock, port: int) -> None:
        super().__init__(http, app, clock)
        self.port = port
        self.stream: IncidentStream = app.state.stream
        self.hub = self.stream.hub

    def stream_url(self, token: str | None = None) -> str:
        query = "" if token is None else f"?token={quote(token)}"
        return f"ws://127.0.0.1:{self.port}/ws/incidents{query}"

    @asynccontextmanager
    async def raw_connection(
        self, url: str | None = None, **options: Any
    ) -> AsyncIterator[StreamClient]:
        """A connection as it comes, without waiting for its greeting."""
        async with connect(url or self.stream_url(), **options) as connection:
            yield StreamClient(connection)

    @asynccontextmanager
    async def connected(
        self, headers: dict[str, str] | None = None, **options: Any
    ) -> AsyncIterator[StreamClient]:
        """A connection of someone who signed in, after its greeting; `admin` by default."""
        headers = headers or await self.login()
        async with self.raw_connection(additional_headers=headers, **options) as client:
            assert (await client.next())["type"] == "initial_data"
            assert (await client.next())["type"] == "recent_alerts"
            yield client


class _QuietServer(uvicorn.Server):
    """uvicorn without a hand on the signals of the test run."""

    def capture_signals(self) -> Any:
        return nullcontext()


@asynccontextmanager
async def stream_server(
    directory: Path,
    *,
    clock: FakeClock | None = None,
    uvicorn_settings: dict[str, Any] | None = None,
    **fields: Any,
) -> AsyncIterator[StreamServer]:
    """A server that listens; with `clock`, its times and tokens follow it."""
    settings = cheap_settings(directory, **fields)
    app = create_app(settings, clock=clock or system_clock)
    config = uvicorn.Config(
        app,
        lifespan="off",
        log_config=None,
        timeout_graceful_shutdown=5,
        **uvicorn_http_settings(settings),
        **uvicorn_stream_settings(settings) | (uvicorn_settings or {}),
    )
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        base_url = f"http://127.0.0.1:{port}/api/v1"
        async with (
            app.router.lifespan_context(app),
            _served(config, listener),
            httpx.AsyncClient(
                base_url=base_url, event_hooks={"response": [described().check]}
            ) as http,
        ):
            yield StreamServer(http, app, clock or FakeClock(), port)


@asynccontextmanager
async def _served(config: uvicorn.Config, listener: socket.socket) -> AsyncIterator[None]:
    server = _QuietServer(config)
    serving = asyncio.create_task(server.serve([listener]))
    try:
        yield
    finally:
        server.should_exit = True
        await serving


async def until(condition: Callable[[], bool], *, within: float = PATIENCE_SECONDS) -> None:
    """Wait for what rings no bell."""
    async with asyncio.timeout(within):
        while not condition():  # noqa: ASYNC110 - the code under test has no event for it
            await asyncio.sleep(0.01)
