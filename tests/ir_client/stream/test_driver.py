"""The stream against a real WebSocket server in the same loop, in virtual time."""

import asyncio

import pytest

from ir_client import (
    AlertUpdated,
    MalformedEvent,
    NewAlert,
    Resumed,
    StateChanged,
    StreamState,
    UnknownEvent,
    errors,
)
from ir_client.testing import FakeServer
from ir_client.wire.commands import Ping
from ir_client.wire.events import Pong
from tests.support.driven_stream import a_live_stream, alert_ids, entered, now, read_until

pytestmark = pytest.mark.looptime


async def test_the_first_connection_brings_initial_data_and_live_frames_only() -> None:
    server = FakeServer()
    server.commit(1)
    async with a_live_stream(server) as (stream, _):
        assert stream.status.state is StreamState.LIVE
        await server.publish(server.commit(2))
        assert alert_ids(await read_until(stream, NewAlert)) == [2]
        assert server.pages_served == 0


async def test_requirement_02_it_is_not_live_before_the_first_frame() -> None:
    server = FakeServer()
    server.greets = False
    async with server, server.client() as client, client.events() as stream:
        await server.wait_for(lambda: server.listeners)
        await asyncio.sleep(5)
        assert stream.status.state is StreamState.CONNECTING
        await server.push({"type": "pong"})
        await read_until(stream, entered(StreamState.LIVE))


async def test_requirement_02_a_server_that_says_nothing_is_left_after_ten_seconds() -> None:
    server = FakeServer()
    server.greets = False
    async with server, server.client() as client, client.events() as stream:
        await read_until(stream, entered(StreamState.WAITING))
        assert now() == pytest.approx(10, abs=0.5)
        assert "said nothing" in stream.status.reason


async def test_what_was_missed_is_fetched_after_a_reconnect() -> None:
    async with a_live_stream(server := FakeServer()) as (stream, _):
        await server.publish(server.commit(1))
        await read_until(stream, NewAlert)
        await server.drop()
        server.commit(1, status="closed")
        server.commit(2)
        events = await read_until(stream, Resumed)
        fetched = [event for event in events if isinstance(event, NewAlert | AlertUpdated)]
        assert [(type(event), event.alert.id, event.origin) for event in fetched] == [
            (AlertUpdated, 1, "backfill"),
            (NewAlert, 2, "backfill"),
        ]
        assert events[-1] == Resumed(recovered=2, complete=True)


async def test_a_gap_before_the_first_alert_is_fetched_too() -> None:
    async with a_live_stream(server := FakeServer()) as (stream, _):
        await server.drop()
        server.commit(1)
        assert alert_ids(await read_until(stream, Resumed)) == [1]


async def test_a_greeting_without_time_makes_the_first_gap_incomplete() -> None:
    server = FakeServer(protocols=(1,))
    server.greeting_has_time = False
    async with a_live_stream(server) as (stream, _):
        await server.drop()
        events = await read_until(stream, Resumed)
        assert events[-1] == Resumed(recovered=0, complete=False)


async def test_requirement_22_a_live_update_is_not_overwritten_by_an_older_page() -> None:
    server = FakeServer(protocols=(1,))
    async with a_live_stream(server) as (stream, _):
        await server.drop()
        server.commit(1)
        stale = server.alerts[1]
        updates: list[asyncio.Task[None]] = []

        def row_changes(page: int) -> None:
            newest = server.commit(1, status="closed")
            updates.append(asyncio.ensure_future(server.publish(newest, kind="alert_updated")))
            server.alerts[1] = stale  # the page was read just before

        server.before_page = row_changes
        states = [
            event.alert.status
            for event in await read_until(stream, AlertUpdated)
            if isinstance(event, NewAlert | AlertUpdated)
        ]
        assert states[-1] == "closed"
        await asyncio.gather(*updates)


@pytest.mark.parametrize("code", [1000, 1001, 1012, 4003])
async def test_requirement_12_a_server_that_closes_does_not_end_the_loop(code: int) -> None:
    async with a_live_stream(server := FakeServer()) as (stream, _):
        await server.drop(code)
        await read_until(stream, Resumed)
        assert server.connections == 2


async def test_a_line_that_breaks_does_not_end_the_loop() -> None:
    async with a_live_stream(server := FakeServer()) as (stream, _):
        server.break_lines()
        events = await read_until(stream, Resumed)
        waiting = next(event for event in events if entered(StreamState.WAITING)(event))
        assert isinstance(waiting, StateChanged)
        assert waiting.status.reason == "the connection broke"


async def test_requirement_17_initial_data_of_five_megabytes_is_received() -> None:
    server = FakeServer()
    greeting = server.greeting()
    greeting["data"]["padding"] = "x" * 5_000_000
    server.greeting = lambda: greeting  # type: ignore[method-assign]
    async with a_live_stream(server) as (stream, _):
        assert stream.status.state is StreamState.LIVE


async def test_requirement_17_a_frame_over_the_limit_names_the_setting_and_does_not_loop() -> None:
    async with a_live_stream(server := FakeServer(), max_message_bytes=10_000) as (stream, _):
        await server.push({"type": "pong", "data": {"padding": "x" * 20_000}})
        with pytest.raises(errors.MessageTooLarge, match="max_message_bytes"):
            await read_until(stream, Resumed)
        await asyncio.sleep(300)
        assert server.connections == 1


async def test_requirement_20_unknown_and_malformed_frames_are_told_apart_and_end_nothing() -> None:
    async with a_live_stream(server := FakeServer()) as (stream, _):
        await server.push({"type": "alert_teleported", "data": 1})
        await server.push({"type": "new_alert", "data": {"id": "x"}})
        await server.push("not json")
        await server.publish(server.commit(1))
        events = await read_until(stream, NewAlert)
        assert [type(event) for event in events] == [
            UnknownEvent,
            MalformedEvent,
            MalformedEvent,
            NewAlert,
        ]


async def test_requirement_16_who_falls_behind_keeps_its_line_and_loses_no_final_state() -> None:
    server = FakeServer()
    async with a_live_stream(server, max_buffered_events=20) as (stream, _):
        for round_ in range(3):
            for number in range(1, 41):
                await server.publish(server.commit(number, title=f"round {round_}"))
        await asyncio.sleep(60)
        assert server.connections == 1
        events = await read_until(stream, Resumed)
        last = {e.alert.id: e.alert for e in events if isinstance(e, NewAlert | AlertUpdated)}
        assert last == server.alerts
        assert events[-1].complete  # type: ignore[union-attr]
        changes = [event.new for event in events if isinstance(event, StateChanged)]
        assert changes == [StreamState.BACKFILLING]
        await read_until(stream, entered(StreamState.LIVE))
        assert server.connections == 1


async def test_a_command_goes_out_and_its_answer_comes_as_an_event() -> None:
    async with a_live_stream(server := FakeServer()) as (stream, _):
        await stream.send(Ping())
        await server.wait_for(lambda: server.commands)
        assert server.commands == [{"type": "ping"}]
        await server.push({"type": "pong"})
        assert isinstance((await read_until(stream, Pong))[-1], Pong)


async def test_a_command_while_not_connected_is_an_error_that_says_so() -> None:
    async with a_live_stream(server := FakeServer()) as (stream, _):
        await server.stop()
        await read_until(stream, entered(StreamState.WAITING))
        with pytest.raises(errors.ConnectError, match="not connected"):
            await stream.send(Ping())
