"""What `events()` takes: where to begin, what to hand out, what gives way. In virtual time."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from ir_client import (
    AlertRemoved,
    AlertUpdated,
    FileCheckpoint,
    Gap,
    InitialData,
    NewAlert,
    Resumed,
    StateChanged,
    StreamState,
    errors,
)
from ir_client.stream.driver import EventStream
from ir_client.testing import FakeServer
from ir_client.wire.events import Pong
from tests.support.driven_stream import a_live_stream, alert_ids, entered, read_until

pytestmark = pytest.mark.looptime

PROTOCOLS = pytest.mark.parametrize("protocols", [(1,), (1, 2)], ids=["protocol 1", "protocol 2"])


@PROTOCOLS
async def test_a_stream_can_begin_at_a_time(protocols: tuple[int, ...]) -> None:
    server = FakeServer(protocols=protocols)
    server.commit(1)
    server.clock += timedelta(seconds=10)
    since = server.commit(2).updated_at
    server.commit(3)
    async with server, server.client() as client, client.events(since=since) as stream:
        events = await read_until(stream, Resumed)
        assert alert_ids(events) == [2, 3]
        assert events[-1] == Resumed(2, complete=True)
        await server.publish(server.commit(4))
        await read_until(stream, NewAlert)


@PROTOCOLS
async def test_a_stream_can_go_on_from_where_another_ended(protocols: tuple[int, ...]) -> None:
    server = FakeServer(protocols=protocols)
    async with server, server.client() as client:
        async with client.events() as stream:
            assert stream.bookmark == ""
            await read_until(stream, InitialData)
            await server.publish(server.commit(1))
            await read_until(stream, NewAlert)
            await server.push({"type": "pong"})
            await read_until(stream, Pong)
            bookmark = stream.bookmark
        server.commit(2)
        async with client.events(since=bookmark) as stream:
            events = await read_until(stream, Resumed)
            assert alert_ids(events)[-1] == 2
            assert events[-1].complete  # type: ignore[union-attr]
    if 2 in protocols:
        assert alert_ids(events) == [2]
        assert server.pages_served == 0


async def test_a_position_without_a_time_is_worth_nothing_to_a_server_without_a_log() -> None:
    server = FakeServer(protocols=(1,))
    async with server, server.client() as client, client.events(since="e:7") as stream:
        events = await read_until(stream, Resumed)
        assert events[-1] == Resumed(0, complete=False)


async def test_a_damaged_checkpoint_is_said_before_anything_is_opened(tmp_path: Path) -> None:
    (tmp_path / "place").write_text("?")
    async with FakeServer() as server, server.client() as client:
        with pytest.raises(errors.ConfigError, match="place"):
            client.events(since=FileCheckpoint(tmp_path / "place"))
        assert server.connections == 0


@pytest.mark.parametrize(
    "options",
    [
        {"since": "nonsense"},
        {"since": "2026-03-01T12:00:00Z"},
        {"since": 5},
        {"since": timedelta(hours=1)},
        {"overflow": "explode"},
        {"max_buffered_events": 0},
        {"max_downtime_seconds": -1},
        {"max_downtime_seconds": float("nan")},
        {"types": [str]},
        {"types": []},
        {"types": ["NewAlert"]},
        {"types": "NewAlert"},
        {"types": [NewAlert, None]},
    ],
)
async def test_what_cannot_be_meant_is_refused(options: dict[str, Any]) -> None:
    async with FakeServer() as server, server.client() as client:
        with pytest.raises(errors.ConfigError):
            client.events(**options)


async def test_only_the_types_that_are_wanted_are_handed_out() -> None:
    server = FakeServer()
    async with (
        server,
        server.client() as client,
        client.events(types=[NewAlert, Resumed]) as stream,
    ):
        await server.wait_for(lambda: stream.status.state is StreamState.LIVE)
        await server.publish(server.commit(1))
        await server.publish(server.commit(1), kind="alert_updated")
        await server.publish(server.commit(2))
        events = [await anext(stream) for _ in range(2)]
        await server.drop()
        server.commit(3)
        events += await read_until(stream, Resumed)
    assert [type(event) for event in events] == [NewAlert, NewAlert, NewAlert, Resumed]


async def test_that_events_were_lost_is_told_whatever_types_are_wanted() -> None:
    server = FakeServer()
    async with (
        server,
        server.client() as client,
        client.events(types=AlertUpdated, overflow="drop_oldest", max_buffered_events=50) as stream,
    ):
        await server.wait_for(lambda: server.listeners)
        for number in range(60):
            await server.publish(server.commit(1, title=str(number)))
        await asyncio.sleep(1)
        assert isinstance(await anext(stream), Gap)
    server = FakeServer()
    async with (
        server,
        server.client() as client,
        client.events(types=NewAlert, since="e:7") as stream,
    ):
        assert await anext(stream) == Resumed(0, complete=False)


async def test_an_alert_that_no_longer_matches_is_handed_out_once_more() -> None:
    server = FakeServer()
    query = "severity: critical and not status: closed"
    async with a_live_stream(server, query=query) as (stream, _):
        for severity, status in (
            ("low", "new"),
            ("critical", "new"),
            ("critical", "closed"),
            ("critical", "closed"),
            ("critical", "new"),
        ):
            changed = server.commit(1, severity=severity, status=status)
            await server.publish(changed, kind="alert_updated")
        await server.publish(server.remove(1))
        events = await read_until(stream, AlertRemoved)
    told = [one.alert for one in events if isinstance(one, NewAlert | AlertUpdated)]
    assert [(alert.revision, alert.status) for alert in told] == [
        (2, "new"),
        (3, "closed"),
        (5, "new"),
    ]


async def test_a_query_knows_who_me_is() -> None:
    server = FakeServer()
    async with server, server.client() as client, client.events(query="assignee: me") as stream:
        await read_until(stream, InitialData)
        await server.publish(server.commit(1, assigned_analyst_id=999))
        mine = (await client.auth.me()).id
        await server.publish(server.commit(2, assigned_analyst_id=mine))
        assert alert_ids(await read_until(stream, NewAlert)) == [2]


async def test_a_query_that_cannot_be_read_is_said_at_once() -> None:
    async with FakeServer() as server, server.client() as client:
        for query in ("severity: (", "raw.event.kind: x"):
            with pytest.raises(errors.QueryError):
                client.events(query=query)


async def fill(server: FakeServer, stream: EventStream, *, alerts: int, rounds: int) -> None:
    """Tell much, while nobody reads."""
    await read_until(stream, InitialData)
    for round_ in range(rounds):
        for number in range(1, alerts + 1):
            await server.publish(server.commit(number, title=f"round {round_}"))
    await server.push({"type": "pong"})
    await asyncio.sleep(60)


async def test_requirement_16_coalescing_needs_no_fetch() -> None:
    server = FakeServer()
    async with (
        server,
        server.client() as client,
        client.events(overflow="coalesce", max_buffered_events=50) as stream,
    ):
        await fill(server, stream, alerts=10, rounds=30)
        events = await read_until(stream, Pong)
        last = {e.alert.id: e.alert for e in events if isinstance(e, NewAlert | AlertUpdated)}
        assert last == server.alerts
        assert len(events) <= 51
        assert (server.connections, server.pages_served) == (1, 0)


async def test_requirement_16_what_was_dropped_is_counted() -> None:
    server = FakeServer()
    async with (
        server,
        server.client() as client,
        client.events(overflow="drop_oldest", max_buffered_events=50) as stream,
    ):
        await fill(server, stream, alerts=10, rounds=30)
        events = await read_until(stream, Pong)
        assert events[0] == Gap(251)
        assert alert_ids(events) == [2, 3, 4, 5, 6, 7, 8, 9, 10, *(list(range(1, 11)) * 4)]
        assert (server.connections, server.pages_served) == (1, 0)


async def test_requirement_16_a_slow_reader_can_be_an_error() -> None:
    server = FakeServer()
    async with (
        server,
        server.client() as client,
        client.events(overflow="error", max_buffered_events=50) as stream,
    ):
        await fill(server, stream, alerts=10, rounds=30)
        told = [await anext(stream) for _ in range(50)]
        assert alert_ids(told) == list(range(1, 11)) * 5
        assert isinstance(await anext(stream), StateChanged)
        with pytest.raises(errors.SlowConsumer) as caught:
            await anext(stream)
        assert "overflow" in caught.value.hint
        assert stream.status.state is StreamState.CLOSED


async def test_requirement_16_a_reader_100_times_too_slow_is_bounded_and_told() -> None:
    server = FakeServer()
    async with (
        server,
        server.client() as client,
        client.events(max_buffered_events=200) as stream,
    ):
        await read_until(stream, InitialData)
        buffer = stream._inbox._buffer
        most = 0

        async def a_minute_of_traffic() -> None:
            nonlocal most
            for number in range(2_000):
                await server.publish(server.commit(number % 300 + 1, title=f"n {number}"))
                await asyncio.sleep(0.03)
                most = max(most, len(buffer))

        traffic = asyncio.ensure_future(a_minute_of_traffic())
        last: dict[int, Any] = {}
        gaps = 0
        while not (traffic.done() and gaps and last == server.alerts):
            event = await anext(stream)
            if isinstance(event, NewAlert | AlertUpdated):
                last[event.alert.id] = event.alert
            if isinstance(event, StateChanged):
                gaps += "fell behind" in event.status.reason
            if not traffic.done():
                await asyncio.sleep(3)  # a hundred come meanwhile
        assert most <= 200 + 300
        assert server.connections == 1


@pytest.mark.parametrize("code", [1000, 1001, 1008, 1011, 1012, 1013, 4003, 4321])
async def test_requirement_13_accept_then_close_is_tried_ten_times_in_30_seconds_at_most(
    code: int,
) -> None:
    # With the library's own reconnecting it was a thousand times a second.
    server = FakeServer()
    server.close_codes.extend([code] * 10_000)
    async with server, server.client(uniform=lambda low, high: high / 2) as client:
        async with client.events() as stream:
            try:
                async with asyncio.timeout(30):
                    async for _ in stream:
                        pass
            except (TimeoutError, errors.ProtocolError):
                pass
        assert 2 <= server.connections <= 10


async def test_requirement_13_so_is_greet_then_close() -> None:
    server = FakeServer()
    async with server, server.client(uniform=lambda low, high: high / 2) as client:
        async with client.events() as stream:
            try:
                async with asyncio.timeout(30):
                    async for event in stream:
                        if entered(StreamState.LIVE)(event):
                            await server.drop(1012)
            except TimeoutError:
                pass
        assert 2 <= server.connections <= 10


async def test_a_fetch_for_a_time_that_is_refused_is_owned_up_to() -> None:
    server = FakeServer(protocols=(1,))
    since = server.commit(1).updated_at
    async with server, server.client() as client:
        await client.meta()
        await client.auth.me()
        server.rest_answers.append(httpx.Response(403, json={"detail": "no"}))
        async with client.events(since=since) as stream:
            assert (await read_until(stream, Resumed))[-1] == Resumed(0, complete=False)
