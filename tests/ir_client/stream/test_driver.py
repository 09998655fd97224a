"""The stream against a real WebSocket server in the same loop, mostly in virtual time."""

import asyncio
from typing import Any

import pytest

from ir_client import InitialData, NewAlert, Resumed, StateChanged, StreamState
from ir_client.stream.driver import EventStream
from ir_client.stream.events import Event
from tests.support.fake_ir_server import FakeIRServer

pytestmark = pytest.mark.looptime


def always(fraction: float) -> Any:
    return lambda low, high: low + (high - low) * fraction


async def read_until(
    stream: EventStream, kind: type[Any], *, seconds: float = 300.0
) -> list[Event]:
    """The events up to and with the first of `kind`."""
    events: list[Event] = []
    async with asyncio.timeout(seconds):
        async for event in stream:
            events.append(event)
            if isinstance(event, kind):
                break
    return events


async def test_the_stream_is_live_after_its_first_frame() -> None:
    async with FakeIRServer() as server, server.client() as client, client.events() as stream:
        events = await read_until(stream, InitialData)
        assert [type(event) for event in events] == [StateChanged, InitialData]
        assert stream.status.state is StreamState.LIVE


async def test_what_was_missed_is_fetched_after_a_reconnect() -> None:
    async with FakeIRServer() as server, server.client() as client, client.events() as stream:
        await read_until(stream, InitialData)
        await server.publish(server.commit(1))
        await read_until(stream, NewAlert)
        await server.drop()
        server.commit(2)
        server.commit(3)
        events = await read_until(stream, Resumed)
        fetched = [event.alert.id for event in events if isinstance(event, NewAlert)]
        assert fetched == [2, 3]
        assert events[-1] == Resumed(recovered=2, complete=True)
