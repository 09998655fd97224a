"""How a stream is opened, closed, given up, and ended by a mistake of ours."""

import asyncio
from itertools import pairwise
from typing import NoReturn

import pytest

from ir_client import (
    InitialData,
    NewAlert,
    Resumed,
    StateChanged,
    StreamState,
    errors,
)
from ir_client.stream.events import Event
from ir_client.testing import FakeServer
from tests.support.driven_stream import a_live_stream, alert_ids, entered, longest, now, read_until

pytestmark = pytest.mark.looptime


async def test_a_new_connection_can_be_asked_for() -> None:
    async with a_live_stream(server := FakeServer()) as (stream, _):
        stream.reconnect()
        server.commit(1)
        assert alert_ids(await read_until(stream, Resumed)) == [1]
        assert server.connections == 2


async def test_requirement_15_a_client_has_one_stream() -> None:
    async with a_live_stream(FakeServer()) as (_, client):
        with pytest.raises(errors.StreamAlreadyOpen):
            async with client.events():
                pass


async def test_a_stream_can_be_opened_again_after_it_was_closed() -> None:
    async with FakeServer() as server, server.client() as client:
        for _ in range(2):
            async with client.events() as stream:
                await read_until(stream, InitialData)
        assert server.connections == 2


@pytest.mark.parametrize("moment", ["connecting", "waiting", "live"])
async def test_requirement_06_closing_is_quick_and_leaves_no_task(moment: str) -> None:
    server = FakeServer()
    async with server, server.client(uniform=longest) as client:
        before = asyncio.all_tasks()
        async with client.events() as stream:
            if moment != "connecting":
                await read_until(stream, InitialData)
            if moment == "waiting":
                await server.stop()
                await read_until(stream, entered(StreamState.WAITING))
            closing_at = now()
        assert now() - closing_at < 0.1
        assert stream.status.state is StreamState.CLOSED
        assert {t for t in asyncio.all_tasks() - before if "ir_client" in repr(t)} == set()


async def test_requirement_06_a_reader_that_is_cancelled_gets_its_cancellation() -> None:
    async with a_live_stream(FakeServer()) as (stream, _):
        reader = asyncio.ensure_future(read_until(stream, Resumed))
        await asyncio.sleep(1)
        reader.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reader


async def test_closing_the_client_ends_the_loop_of_a_stream_left_open() -> None:
    async with FakeServer() as server:
        async with server.client() as client:
            stream = await client.events().__aenter__()
            reader = asyncio.ensure_future(read_until(stream, Resumed))
            await asyncio.sleep(1)
        assert await reader


async def test_requirement_01_a_mistake_of_ours_ends_the_stream_loudly_and_harms_no_other_call(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    # An error that is not the network's must not turn into an endless loop.
    async with a_live_stream(server := FakeServer()) as (stream, client):

        def mistake(frame: bytes, *, protocol: int) -> Event:
            raise ZeroDivisionError

        monkeypatch.setattr("ir_client.stream.reception.decode_frames", mistake)
        await server.push({"type": "pong"})
        with pytest.raises(errors.StreamError, match="see the log"):
            await read_until(stream, Resumed)
        assert "ZeroDivisionError" in caplog.text
        assert (await client.auth.me()).username == "dana"


async def test_a_mistake_that_comes_again_while_the_stream_ends_does_not_end_the_client(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with a_live_stream(server := FakeServer()) as (stream, client):

        def mistake(*_: object, **__: object) -> NoReturn:
            raise ZeroDivisionError

        monkeypatch.setattr("ir_client.stream.reception.decode_frames", mistake)
        monkeypatch.setattr(stream._protocol, "close", mistake)
        await server.push({"type": "pong"})
        with pytest.raises(errors.StreamError, match="see the log"):
            await read_until(stream, Resumed)
        assert (await client.auth.me()).username == "dana"
        monkeypatch.undo()


async def test_a_stream_that_is_not_open_says_so_to_who_reads_it() -> None:
    async with FakeServer() as server, server.client() as client:
        with pytest.raises(errors.ClientClosedError, match="not open") as caught:
            async for _ in client.events():
                pass
        assert "async with client.events()" in caught.value.hint
        with pytest.raises(errors.ClientClosedError, match="not open"):
            await anext(client.events())


async def test_a_stream_belongs_to_the_event_loop_that_opened_it() -> None:
    async def read_on() -> None:
        async for _ in stream:
            pass

    async def read_one() -> None:
        while True:
            await anext(stream)

    async with a_live_stream(FakeServer()) as (stream, _):
        for read in (read_on, read_one):
            with pytest.raises(errors.ClientClosedError, match="another event loop"):
                await asyncio.to_thread(asyncio.run, read())


async def test_a_stream_has_one_reader_and_the_second_is_told() -> None:
    async with a_live_stream(server := FakeServer()) as (stream, _):
        first = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(0)
        with pytest.raises(errors.StreamAlreadyOpen, match="Somebody else"):
            await anext(stream)
        await server.publish(server.commit(1))
        assert isinstance(await first, NewAlert)
        await server.publish(server.commit(2))
        assert isinstance(await anext(stream), NewAlert)


async def test_requirement_27_every_down_is_paired_with_a_way_back() -> None:
    async with a_live_stream(server := FakeServer()) as (stream, _):
        seen: list[Event] = []
        for _ in range(3):
            await server.drop()
            seen += await read_until(stream, Resumed)
            seen += await read_until(stream, entered(StreamState.LIVE))
        changes = [event for event in seen if isinstance(event, StateChanged)]
        assert [change.new.value for change in changes] == [
            "waiting",
            "connecting",
            "backfilling",
            "live",
        ] * 3
        assert all(later.old is sooner.new for sooner, later in pairwise(changes))
