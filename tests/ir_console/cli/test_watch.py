import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from ir_client import AlertUpdated, NewAlert, StreamState
from ir_client.errors import AuthRejected
from ir_client.stream.status import StreamStatus
from ir_console.cli.watch import Watch
from tests.support.builders import an_alert


@dataclass
class ScriptedStream:
    """A stream that yields what it is given, and counts how often it is told to try again."""

    events: asyncio.Queue[Any] = field(default_factory=asyncio.Queue)
    status: StreamStatus = field(default_factory=lambda: StreamStatus(StreamState.WAITING, 0.0))
    retries: int = 0

    def retry_now(self) -> None:
        self.retries += 1
        if self.retries == 2:
            self.status = StreamStatus(StreamState.LIVE, 0.0)

    async def __aiter__(self) -> AsyncIterator[Any]:
        while True:
            event = await self.events.get()
            if isinstance(event, Exception):
                raise event
            yield event


def watching(stream: ScriptedStream, *events: object) -> Watch:
    """A watch over a stream in which these events stand."""
    for event in events:
        stream.events.put_nowait(event)
    return Watch(stream)  # type: ignore[arg-type] # as much of a stream as a watch uses


@pytest.mark.looptime
async def test_an_alert_is_seen_before_or_after_it_is_waited_for() -> None:
    stream = ScriptedStream()
    watch = watching(stream, NewAlert(data=an_alert(id=1)))
    async with asyncio.TaskGroup() as tasks:
        reading = tasks.create_task(watch.run())
        await watch.new_alerts({1})
        waiting = tasks.create_task(watch.alert_with(1, status="closed"))
        await asyncio.sleep(1)
        assert not waiting.done()
        stream.events.put_nowait(AlertUpdated(data=an_alert(id=1, status="closed")))
        assert (await waiting).status == "closed"
        reading.cancel()


@pytest.mark.looptime
async def test_an_update_alone_makes_an_alert_known_but_not_new() -> None:
    watch = watching(ScriptedStream(), AlertUpdated(data=an_alert(id=1)))
    async with asyncio.TaskGroup() as tasks:
        reading = tasks.create_task(watch.run())
        await watch.known({1})
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(60):
                await watch.new_alerts({1})
        reading.cancel()


@pytest.mark.looptime
async def test_the_end_of_the_stream_is_told_to_whoever_waits() -> None:
    watch = watching(ScriptedStream(), AuthRejected("revoked"))
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(watch.run())
        with pytest.raises(AuthRejected):
            await watch.known({1})


@pytest.mark.looptime
async def test_a_stream_that_waits_is_told_to_try_again() -> None:
    stream = ScriptedStream()
    watch = watching(stream)
    await watch.state(StreamState.LIVE, look_seconds=0.5)
    assert stream.retries == 2
