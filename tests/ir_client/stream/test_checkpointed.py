"""What is kept of a stream over restarts of its program. In real time: threads write it."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from ir_client import FileCheckpoint, InitialData, IRClient, NewAlert, Resumed
from ir_client.stream.bookmark import Bookmark
from ir_client.testing import FakeServer
from ir_client.wire.events import Pong
from tests.support.driven_stream import alert_ids, read_until

PROTOCOLS = pytest.mark.parametrize("protocols", [(1,), (1, 2)], ids=["protocol 1", "protocol 2"])


class Kept:
    """A checkpoint in memory, which a thread writes."""

    def __init__(self, bookmark: Bookmark | None = None) -> None:
        self.bookmark = bookmark

    def load(self) -> Bookmark | None:
        return self.bookmark

    def save(self, bookmark: Bookmark) -> None:
        self.bookmark = bookmark


@PROTOCOLS
async def test_a_checkpoint_holds_what_came_before_the_event_asked_for_last(
    protocols: tuple[int, ...],
) -> None:
    server, kept = FakeServer(protocols=protocols), Kept()
    async with server, server.client() as client:
        async with client.events(since=kept) as stream:
            await read_until(stream, InitialData)
            for number in (1, 2, 3):
                await server.publish(server.commit(number))
                server.clock += timedelta(minutes=5)
            for _ in range(3):
                events = await read_until(stream, NewAlert)
        assert alert_ids(events) == [3]
        server.commit(4)
        async with client.events(since=kept) as stream:
            again = alert_ids(await read_until(stream, Resumed))
    # 3 was handed out, and nobody knows what its reader made of it: it comes again. By time alone,
    # so does what was read shortly before.
    assert again == ([3, 4] if 2 in protocols else [2, 3, 4])


async def test_a_program_that_breaks_down_at_any_event_gets_all_in_the_end(
    tmp_path: Path,
) -> None:
    server, seen = FakeServer(), []
    numbers = iter(range(1, 100))

    async def run(client: IRClient, *, breaks_at: int) -> None:
        handled = 0
        async with client.events(since=FileCheckpoint(tmp_path / "place")) as stream:
            async for event in stream:
                match event:
                    case InitialData():
                        await server.publish(server.commit(next(numbers)))
                    case NewAlert():
                        if handled == breaks_at:
                            raise ZeroDivisionError
                        handled += 1
                        seen.append(event.alert.id)

    async with server, server.client() as client:
        for breaks_at in (0, 1, 2, 3, 0, 2):
            async with asyncio.timeout(60):
                with suppress(ZeroDivisionError):
                    await run(client, breaks_at=breaks_at)
            for _ in range(3):
                server.commit(next(numbers))
        async with client.events(since=FileCheckpoint(tmp_path / "place")) as stream:
            seen += alert_ids(await read_until(stream, Resumed))
    assert set(seen) == set(server.alerts)


async def test_another_log_than_that_of_the_checkpoint_is_owned_up_to() -> None:
    server, kept = FakeServer(), Kept()
    server.commit(1)
    async with server, server.client() as client:
        async with client.events(since=kept) as stream:
            await read_until(stream, InitialData)
            await server.push({"type": "pong"})
            await read_until(stream, Pong)
        server.epoch_bump()
        server.commit(2)
        async with client.events(since=kept) as stream:
            events = await read_until(stream, Resumed)
            assert 2 in alert_ids(events)
            assert events[-1].complete is False  # type: ignore[union-attr]
