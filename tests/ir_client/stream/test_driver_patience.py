"""How long the stream waits: for a silent peer, between attempts, for a busy server."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import pairwise

import httpx
import pytest

from ir_client import (
    Resumed,
    StateChanged,
    StreamState,
    errors,
)
from ir_client.testing import FakeServer
from ir_client.wire.events import Pong
from tests.support.driven_stream import a_live_stream, alert_ids, entered, now, read_until

pytestmark = pytest.mark.looptime


async def test_requirements_04_and_14_a_dead_peer_is_noticed_within_27_seconds() -> None:
    # With the library's defaults it took 50.
    async with a_live_stream(server := FakeServer()) as (stream, _):
        server.fall_silent()
        silent_since = now()
        await read_until(stream, entered(StreamState.WAITING))
        assert now() - silent_since <= 27.0
        await read_until(stream, entered(StreamState.CONNECTING))
        assert now() - silent_since <= 29.0


async def test_requirement_03_a_new_connection_is_not_judged_by_the_old_ones_silence() -> None:
    async with a_live_stream(server := FakeServer()) as (stream, _):
        server.fall_silent()
        await read_until(stream, Resumed)
        await asyncio.sleep(3600)
        assert stream.status.state is StreamState.LIVE
        assert server.connections == 2


async def test_the_age_of_the_data_is_known() -> None:
    async with a_live_stream(server := FakeServer(protocols=(1,))) as (stream, _):
        await asyncio.sleep(20)
        await server.push({"type": "pong"})
        await read_until(stream, Pong)
        await asyncio.sleep(20)
        assert stream.status.last_frame_at == pytest.approx(20, abs=0.5)


async def test_a_dead_link_says_when_it_was_heard_last_not_when_that_was_noticed() -> None:
    async with a_live_stream(server := FakeServer()) as (stream, _):
        await asyncio.sleep(40)
        server.fall_silent()
        await asyncio.sleep(0)
        events = await read_until(stream, entered(StreamState.WAITING))
        changed = events[-1]
        assert isinstance(changed, StateChanged)
        assert changed.status.last_heard_at == pytest.approx(30, abs=0.5)  # the second pong
        assert now() == pytest.approx(57, abs=0.5)


async def test_requirement_13_delays_double_and_are_forgotten_after_a_live_minute() -> None:
    server = FakeServer()
    async with a_live_stream(server) as (stream, _):
        await asyncio.sleep(61)
        server.handshake_answers.extend([(503, {})] * 4)
        server.attempted_at.clear()
        await server.drop()
        started = now()
        await read_until(stream, Resumed)
        moments = [started, *server.attempted_at]
        waits = [later - sooner for sooner, later in pairwise(moments)]
        assert waits == pytest.approx([0.5, 1, 2, 4, 8], abs=0.1)
        assert stream.status.attempt == 5
        await asyncio.sleep(61)
        await server.drop()
        await read_until(stream, Resumed)
        assert stream.status.attempt == 1


async def test_a_busy_server_is_given_the_time_it_asks_for() -> None:
    server = FakeServer()
    async with a_live_stream(server) as (stream, _):
        server.handshake_answers.append((503, {"Retry-After": "33"}))
        server.attempted_at.clear()
        await server.drop()
        await read_until(stream, Resumed)
        assert server.attempted_at[1] - server.attempted_at[0] == pytest.approx(33, abs=0.1)


async def test_waiting_can_be_cut_short() -> None:
    async with a_live_stream(server := FakeServer()) as (stream, _):
        server.handshake_answers.append((503, {"Retry-After": "100"}))
        await server.drop()
        await read_until(stream, lambda event: stream.status.reason.endswith("(HTTP 503)"))
        before = now()
        stream.retry_now()
        await read_until(stream, Resumed)
        assert now() - before < 1.0


async def test_it_gives_up_where_a_downtime_is_set() -> None:
    async with a_live_stream(server := FakeServer(), max_downtime_seconds=20) as (stream, _):
        await server.stop()
        down_since = now()
        with pytest.raises(errors.GaveUp, match="cannot connect"):
            await read_until(stream, Resumed)
        assert now() - down_since == pytest.approx(20, abs=0.5)


async def test_a_fetch_that_fails_for_the_moment_is_tried_again_on_a_new_connection() -> None:
    async with a_live_stream(server := FakeServer(protocols=(1,))) as (stream, _):
        await server.drop()
        server.commit(1)
        server.rest_answers.extend([httpx.Response(503)] * 3)
        events = await read_until(stream, Resumed)
        assert alert_ids(events) == [1]
        assert server.connections == 3


@asynccontextmanager
async def something_at_the_port(
    answer: Callable[[asyncio.StreamWriter], None],
) -> AsyncIterator[FakeServer]:
    """A fake whose REST works, while `answer` is all that its socket has to say."""
    fake = FakeServer()
    writers: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        await reader.read(10_000)
        answer(writer)

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        fake.port = server.sockets[0].getsockname()[1]
        yield fake
        for writer in writers:
            writer.close()


async def test_a_server_that_hangs_in_the_handshake_is_left_after_ten_seconds() -> None:
    async with (
        something_at_the_port(lambda writer: None) as fake,
        fake.client() as client,
        client.events() as stream,
    ):
        await read_until(stream, entered(StreamState.WAITING))
        assert now() == pytest.approx(10, abs=0.5)
        assert "did not answer in time" in stream.status.reason


@pytest.mark.parametrize(
    "answer", [b"SSH-2.0-OpenSSH_9.6\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"]
)
async def test_what_never_was_a_stream_is_a_clear_error(answer: bytes) -> None:
    def say(writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        writer.close()

    async with (
        something_at_the_port(say) as fake,
        fake.client() as client,
        client.events() as stream,
    ):
        with pytest.raises(errors.ProtocolError) as caught:
            await read_until(stream, Resumed)
        assert "address" in caught.value.hint
