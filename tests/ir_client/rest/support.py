"""A transport whose other end is a function, and servers that misbehave on a real socket."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx

from ir_client.credentials import Credentials, Vault
from ir_client.rest.network import network_for
from ir_client.rest.session import Session
from ir_client.rest.transport import Transport

Handler = Callable[[httpx.Request], Awaitable[httpx.Response] | httpx.Response]


def shortest(low: float, high: float) -> float:
    return low


@asynccontextmanager
async def a_transport(
    handler: Handler | None = None,
    *,
    url: str = "http://127.0.0.1:1",
    verify: bool | str = True,
    **settings: Any,
) -> AsyncIterator[Transport]:
    """A transport to `handler`, or to a real socket at `url`."""
    mock = httpx.MockTransport(handler) if handler is not None else None  # type: ignore[arg-type]
    stack = AsyncExitStack()
    tasks = await stack.enter_async_context(asyncio.TaskGroup())
    transport = Transport(
        network_for(url, verify=verify),
        tasks=tasks,
        handler=mock,
        **({"uniform": shortest} | settings),
    )
    try:
        yield transport
    finally:
        await transport.aclose()
        await stack.aclose()  # not told of an exception, which it would wrap
        for _ in range(20):
            # The loop ends httpx's generators of an answer that broke off, a step at a time.
            await asyncio.sleep(0)


@asynccontextmanager
async def a_session(
    handler: Handler, credentials: Credentials | None = None, *, vault: Vault | None = None
) -> AsyncIterator[Session]:
    """A session whose transport sends its tokens."""
    async with a_transport(handler) as transport:
        session = Session(transport, credentials, tasks=transport._tasks, vault=vault)
        transport.tokens = session
        yield session


Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def a_socket_server(serve: Serve, **settings: Any) -> AsyncIterator[int]:
    """The port of a server whose every connection is `serve`; all are closed at the end."""
    async with asyncio.TaskGroup() as connections:

        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            connections.create_task(serving(reader, writer))

        async def serving(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await serve(reader, writer)
            except (ConnectionError, asyncio.IncompleteReadError):
                pass
            finally:
                writer.close()

        server = await asyncio.start_server(accept, "127.0.0.1", 0, **settings)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
            for task in list(connections._tasks):
                task.cancel()
