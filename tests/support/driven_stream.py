"""A stream of a client to the server in memory, for tests in virtual time."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from ir_client import (
    AlertUpdated,
    InitialData,
    IRClient,
    NewAlert,
    StateChanged,
    StreamState,
)
from ir_client.stream.driver import EventStream
from ir_client.stream.events import Event
from ir_client.testing import FakeServer


def longest(low: float, high: float) -> float:
    return high


def now() -> float:
    return asyncio.get_running_loop().time()


async def read_until(stream: EventStream, wanted: Any, *, seconds: float = 300.0) -> list[Event]:
    """The events up to and with the first that is of the wanted type, or passes the test."""
    is_it: Callable[[Event], bool] = (
        (lambda event: isinstance(event, wanted)) if isinstance(wanted, type) else wanted
    )
    events: list[Event] = []
    async with asyncio.timeout(seconds):
        async for event in stream:
            events.append(event)
            if is_it(event):
                break
    return events


def entered(state: StreamState) -> Callable[[Event], bool]:
    return lambda event: isinstance(event, StateChanged) and event.new is state


def alert_ids(events: list[Event]) -> list[int]:
    return [event.alert.id for event in events if isinstance(event, NewAlert | AlertUpdated)]


@asynccontextmanager
async def a_live_stream(
    server: FakeServer, **settings: Any
) -> AsyncIterator[tuple[EventStream, IRClient]]:
    async with (
        server,
        server.client(uniform=longest) as client,
        client.events(**settings) as stream,
    ):
        await read_until(stream, InitialData)
        yield stream, client
