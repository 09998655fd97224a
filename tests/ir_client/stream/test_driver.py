"""The stream against a real WebSocket server in the same loop, in virtual time."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Any, NoReturn

import httpx
import pytest

from ir_client import (
    AlertUpdated,
    InitialData,
    IRClient,
    MalformedEvent,
    NewAlert,
    Resumed,
    StateChanged,
    StreamState,
    UnknownEvent,
    errors,
)
from ir_client.stream.driver import EventStream
from ir_client.stream.events import Event
from ir_client.testing import FEATURES, FakeServer
from ir_client.wire.commands import Ping
from ir_client.wire.events import Pong

pytestmark = pytest.mark.looptime


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


async def test_requirement_09_a_refused_token_is_renewed_once_and_tried_at_once() -> None:
    async with a_live_stream(server := FakeServer()) as (stream, _):
        server.expire_access_tokens()
        before = now()
        await server.drop(4001)
        await read_until(stream, Resumed)
        assert now() - before < 0.5
        assert server.refreshes == 1
        assert server.stream_tokens == ["secret-access-1", "secret-access-2"]


async def test_requirement_09_a_token_that_expired_offline_is_renewed_for_the_next_try() -> None:
    async with a_live_stream(server := FakeServer()) as (stream, _):
        await server.stop()
        await read_until(stream, entered(StreamState.WAITING))
        server.expire_access_tokens()
        await server.start()
        await read_until(stream, Resumed)
        assert server.refreshes == 1
        assert server.stream_tokens[-1] == "secret-access-2"


async def test_requirement_13_a_fresh_token_that_is_refused_ends_the_stream() -> None:
    async with a_live_stream(server := FakeServer()) as (stream, _):
        server.refuses_every_token = True
        await server.drop(4001)
        with pytest.raises(errors.AuthRejected):
            await read_until(stream, Resumed)
        assert stream.status.state is StreamState.CLOSED
        assert server.connections == 2


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refusal_before_the_handshake_is_a_refused_token(status: int) -> None:
    async with a_live_stream(server := FakeServer()) as (stream, _):
        server.handshake_answers.append((status, {}))
        server.expire_access_tokens()
        await server.drop()
        await read_until(stream, Resumed)
        assert server.refreshes == 1


async def test_an_ended_login_ends_the_stream_and_says_to_log_in() -> None:
    async with a_live_stream(server := FakeServer()) as (stream, client):
        client._open.session._credentials = None
        server.expire_access_tokens()
        server.refresh_tokens.clear()
        await server.drop(4001)
        with pytest.raises(errors.AuthRejected) as caught:
            await read_until(stream, Resumed)
        assert "Log in again" in caught.value.hint


async def test_requirement_10_a_renewal_while_live_keeps_the_socket() -> None:
    async with a_live_stream(server := FakeServer()) as (stream, client):
        server.expire_access_tokens()
        await client.auth.me()
        assert server.refreshes == 1
        await server.publish(server.commit(1))
        await read_until(stream, NewAlert)
        assert server.connections == 1


async def test_requirement_11_many_calls_and_the_stream_share_one_refresh() -> None:
    async with a_live_stream(server := FakeServer()) as (stream, client):
        server.expire_access_tokens()
        await server.drop(4001)
        calls = asyncio.gather(*(client.auth.me() for _ in range(50)))
        await read_until(stream, Resumed)
        await calls
        assert server.refreshes == 1


async def test_a_token_goes_into_the_path_only_where_the_server_reads_no_header() -> None:
    plain = FakeServer(features=None)
    async with a_live_stream(plain):
        assert plain.stream_tokens == ["secret-access-1"]
    modern = FakeServer(features=FEATURES)
    async with a_live_stream(modern):
        (connection,) = modern.listeners
        assert connection.request is not None
        assert connection.request.path == "/ws/incidents?protocol=2"


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
