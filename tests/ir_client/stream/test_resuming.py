"""Protocol 2 against a server in the same loop: exactly what was missed, or word that it is not.

In virtual time, as test_driver.py, whose tests run on protocol 2 too.
"""

import asyncio
import json

import httpx
import pytest

from ir_client import (
    AlertRemoved,
    AlertUpdated,
    InitialData,
    NewAlert,
    Resumed,
    StateChanged,
    StreamState,
)
from ir_client.testing import FakeServer
from ir_client.wire.events import Pong
from tests.support.driven_stream import (
    a_live_stream,
    alert_ids,
    entered,
    now,
    read_until,
)

pytestmark = pytest.mark.looptime

PROTOCOLS = pytest.mark.parametrize("protocols", [(1,), (1, 2)], ids=["protocol 1", "protocol 2"])


async def test_what_was_missed_is_replayed_without_any_fetch() -> None:
    server = FakeServer()
    server.commit(9)
    async with a_live_stream(server) as (stream, _):
        await server.publish(server.commit(1))
        await read_until(stream, NewAlert)
        await server.drop()
        server.commit(1, status="closed")
        server.commit(2)
        server.commit(3)
        server.remove(9)
        events = await read_until(stream, Resumed)
        told = [event for event in events if isinstance(event, NewAlert | AlertUpdated)]
        assert [(type(event), event.alert.id, event.origin) for event in told] == [
            (AlertUpdated, 1, "backfill"),
            (NewAlert, 2, "backfill"),
            (NewAlert, 3, "backfill"),
        ]
        assert [one.data.id for one in events if isinstance(one, AlertRemoved)] == [9]
        assert events[-1] == Resumed(recovered=3, complete=True)
        assert server.pages_served == 0
        await read_until(stream, entered(StreamState.LIVE))
        await server.publish(server.commit(4))
        (live,) = await read_until(stream, NewAlert)
        assert live.origin == "live"  # type: ignore[union-attr]


async def test_it_says_where_it_stood_and_nothing_to_a_plain_server() -> None:
    async with a_live_stream(server := FakeServer()) as (stream, _):
        await server.publish(server.commit(1))
        await read_until(stream, NewAlert)
        await server.drop()
        await read_until(stream, Resumed)
        first, second = server.stream_queries
        assert first == {"protocol": "2"}
        assert second == {"protocol": "2", "epoch": server.epoch, "resume_from": "1"}
    async with a_live_stream(plain := FakeServer(features=None)) as (stream, _):
        await plain.drop()
        await read_until(stream, Resumed)
        assert all(set(query) == {"token"} for query in plain.stream_queries)


@PROTOCOLS
async def test_the_user_sees_the_same_on_both_protocols(protocols: tuple[int, ...]) -> None:
    server = FakeServer(protocols=protocols)
    async with a_live_stream(server) as (stream, _):
        await server.publish(server.commit(1))
        events = await read_until(stream, NewAlert)
        await server.drop()
        server.commit(1, status="closed")
        server.commit(2)
        events += await read_until(stream, entered(StreamState.LIVE))
        await server.publish(server.commit(2, status="closed"), kind="alert_updated")
        events += await read_until(stream, AlertUpdated)
    assert [
        (type(event).__name__, getattr(event, "origin", None))
        for event in events
        if not isinstance(event, StateChanged)
    ] == [
        ("NewAlert", "live"),
        ("InitialData", None),
        ("AlertUpdated", "backfill"),
        ("NewAlert", "backfill"),
        ("Resumed", None),
        ("AlertUpdated", "live"),
    ]
    assert [event.new.value for event in events if isinstance(event, StateChanged)] == [
        "waiting",
        "connecting",
        "backfilling",
        "live",
    ]


async def test_a_line_that_breaks_in_the_replay_loses_nothing() -> None:
    async with a_live_stream(server := FakeServer()) as (stream, _):
        await server.drop()
        for number in range(1, 351):
            server.commit(number)
        told: list[int] = []
        for _ in range(2):
            events = await read_until(stream, NewAlert)
            told += alert_ids(events)
            server.break_lines()
        told += alert_ids(await read_until(stream, Resumed))
        assert told == list(range(1, 351))
        assert server.pages_served == 0


@pytest.mark.parametrize("reason", ["lag", "too_many", "trimmed", "access", "epoch", "ahead"])
async def test_after_a_reset_what_changed_is_fetched_and_may_be_incomplete(reason: str) -> None:
    async with a_live_stream(server := FakeServer()) as (stream, _):
        await server.publish(server.commit(1))
        await read_until(stream, NewAlert)
        server.commit(1, status="closed")
        await server.reset(reason)  # type: ignore[arg-type]
        events = await read_until(stream, entered(StreamState.LIVE))
        assert [event.new.value for event in events if isinstance(event, StateChanged)] == [
            "backfilling",
            "live",
        ]
        assert alert_ids(events) == [1]
        assert [event for event in events if isinstance(event, Resumed)] == [Resumed(1, False)]
        assert server.connections == 1
        # From then on its position counts again.
        await server.drop()
        server.commit(2)
        assert alert_ids(await read_until(stream, Resumed)) == [2]
        assert server.stream_queries[-1]["epoch"] == server.epoch
        assert server.pages_served == 1


@pytest.mark.parametrize("reason", ["epoch", "ahead", "access", "trimmed", "too_many"])
async def test_a_resume_that_is_refused_ends_in_a_fetch_on_the_same_connection(
    reason: str,
) -> None:
    async with a_live_stream(server := FakeServer()) as (stream, _):
        server.reset_reasons.append(reason)  # type: ignore[arg-type]
        await server.drop()
        server.commit(1)
        events = await read_until(stream, Resumed)
        assert alert_ids(events) == [1]
        assert events[-1] == Resumed(1, complete=False)
        assert server.connections == 2


async def test_pages_of_newer_rights_do_not_make_frames_of_the_old_ones_count_as_theirs() -> None:
    # Rights change, are told, and change again while the pages are read: decisions/0015.
    async with a_live_stream(server := FakeServer()) as (stream, _):
        server.page_delay_seconds = 1
        await server.reset("access")
        told = server.epoch
        server.epoch = f"{told}-and-again"
        (*_, resumed) = await read_until(stream, Resumed)
        assert resumed == Resumed(0, complete=False)
        await server.publish(server.commit(1))
        await read_until(stream, NewAlert)
        assert stream.bookmark.startswith(told + ":")
        await server.drop()
        (*_, resumed) = await read_until(stream, Resumed)
        assert server.stream_queries[-1]["epoch"] == told
        assert resumed == Resumed(1, complete=False)


async def test_another_database_starts_again_at_low_revisions() -> None:
    async with a_live_stream(server := FakeServer()) as (stream, _):
        for _ in range(3):
            server.commit(1)
        await server.publish(server.alerts[1])
        await read_until(stream, NewAlert)
        server.alerts[1] = server.alerts[1].model_copy(update={"revision": 1, "title": "other"})
        server.epoch_bump()
        events = await read_until(stream, Resumed)
        assert [one.alert.title for one in events if isinstance(one, NewAlert)] == ["other"]
        assert events[-1] == Resumed(1, complete=False)


async def test_a_reset_during_a_fetch_begins_it_anew() -> None:
    async with a_live_stream(server := FakeServer()) as (stream, _):
        server.page_delay_seconds = 5
        await server.reset("lag")
        await read_until(stream, entered(StreamState.BACKFILLING))
        server.commit(1)
        server.page_delay_seconds = 1
        await server.reset("lag")
        before = now()
        assert alert_ids(await read_until(stream, Resumed)) == [1]
        assert now() - before < 2


async def test_a_reset_that_is_announced_and_never_said_costs_the_connection() -> None:
    async with a_live_stream(server := FakeServer()) as (stream, _):
        server.reset_reasons.append("lag")
        first_frames = server._first_frames
        server._first_frames = (  # type: ignore[method-assign]
            lambda *about: (one for one in first_frames(*about) if one["type"] != "reset")
        )
        await server.drop()
        await read_until(stream, entered(StreamState.BACKFILLING))
        opened_at = now()
        await read_until(stream, entered(StreamState.WAITING))
        assert now() - opened_at == pytest.approx(10, abs=0.5)


async def test_a_fetch_that_fails_is_made_up_for_by_the_old_position() -> None:
    async with a_live_stream(server := FakeServer()) as (stream, _):
        await server.publish(server.commit(1))
        await read_until(stream, NewAlert)
        server.rest_answers.extend([httpx.Response(503)] * 3)
        server.commit(2)
        await server.reset("lag")
        events = await read_until(stream, Resumed)
        assert alert_ids(events) == [2]
        assert server.connections == 2
        assert server.stream_queries[-1]["resume_from"] == "1"


async def test_a_fetch_that_fails_after_another_epoch_is_made_again() -> None:
    async with a_live_stream(server := FakeServer()) as (stream, _):
        server.rest_answers.extend([httpx.Response(503)] * 3)
        server.commit(2)
        await server.reset("access")
        events = await read_until(stream, Resumed)
        assert alert_ids(events) == [2]
        assert events[-1] == Resumed(1, complete=False)
        assert "resume_from" not in server.stream_queries[-1]


async def test_one_who_falls_behind_resumes_from_before_the_gap_if_the_line_breaks() -> None:
    server = FakeServer()
    server.commit(99)
    async with a_live_stream(server, max_buffered_events=20) as (stream, _):
        for number in range(1, 41):
            await server.publish(server.commit(number))
        await server.publish(server.remove(99))
        await server.drop()
        await server.wait_for(lambda: server.connections == 2)
        await asyncio.sleep(1)
        events = await read_until(stream, Resumed)
        assert sorted(alert_ids(events)) == list(range(1, 41))
        assert [one.data.id for one in events if isinstance(one, AlertRemoved)] == [99]


async def test_requirement_16_a_gap_of_ones_own_loses_no_removal() -> None:
    server = FakeServer()
    for number in range(1, 41):
        server.commit(number)
    async with a_live_stream(server, max_buffered_events=20) as (stream, _):
        for number in range(1, 41):
            await server.publish(server.commit(number))
        await server.publish(server.remove(1))
        await server.publish(server.commit(41))
        events = await read_until(stream, Resumed)
        assert events[-1].complete  # type: ignore[union-attr]
        last = {}
        for event in events:
            match event:
                case NewAlert() | AlertUpdated():
                    last[event.alert.id] = event.alert
                case AlertRemoved():
                    last.pop(event.data.id, None)
        assert last == server.alerts
        assert server.connections == 1


async def test_a_removed_alert_comes_back_only_in_a_later_state() -> None:
    async with a_live_stream(server := FakeServer()) as (stream, _):
        old = server.commit(1)
        await server.publish(old)
        await read_until(stream, NewAlert)
        removal = server.remove(1)
        for _ in range(2):
            await server.publish(removal)
        await server.publish(old, kind="alert_updated")
        await server.publish(server.commit(1, revision=removal.revision + 1))
        await server.push({"type": "pong"})
        events = await read_until(stream, Pong)
        assert [type(event) for event in events] == [AlertRemoved, NewAlert, Pong]


async def test_a_server_that_promises_protocol_2_and_speaks_1_is_taken_as_it_is() -> None:
    server = FakeServer()
    async with server, server.client() as client:
        await client.meta()
        server.protocols = (1,)
        async with client.events() as stream:
            await read_until(stream, InitialData)
            await server.publish(server.commit(1))
            await read_until(stream, NewAlert)
            await server.drop()
            server.commit(2)
            assert alert_ids(await read_until(stream, Resumed)) == [2]
            assert [query.get("protocol") for query in server.stream_queries] == ["2", None]


async def test_a_server_that_learns_protocol_2_is_asked_for_it_next_time() -> None:
    server = FakeServer(protocols=(1,))
    async with a_live_stream(server) as (stream, client):
        server.protocols = (1, 2)
        client._open.meta.forget()
        for number in (1, 2):
            await server.drop()
            server.commit(number)
            assert alert_ids(await read_until(stream, Resumed)) == [number]
        assert [query.get("protocol") for query in server.stream_queries] == [None, "2", "2"]
        assert [("resume_from" in query) for query in server.stream_queries] == [False, False, True]


async def test_an_idle_stream_stays_at_the_end_of_the_log() -> None:
    async with a_live_stream(server := FakeServer()) as (stream, _):
        server.commit(1)
        (listener,) = server.listeners.values()
        assert listener.telling is not None
        listener.telling.forget()  # as if this user might not see it
        await server.beat()
        await server.drop()
        await read_until(stream, Resumed)
        assert server.stream_queries[-1]["resume_from"] == "1"


async def test_the_end_of_an_earlier_fetch_is_not_taken_for_that_of_a_later_one() -> None:
    async with a_live_stream(server := FakeServer(), max_buffered_events=20) as (stream, _):
        await server.reset("lag")
        await asyncio.sleep(10)  # the first fetch is over, and nobody has read so
        for number in range(1, 11):
            server.commit(number)
        await server.reset("lag")
        await asyncio.sleep(10)  # the second one waits for room
        assert await read_until(stream, Resumed)
        assert alert_ids(await read_until(stream, Resumed)) == list(range(1, 11))


@pytest.mark.parametrize(
    "first",
    [
        {"type": "batch", "seq": 1, "data": {"events": []}},
        {"type": "reset", "seq": 1, "data": {"reason": "lag"}},
        {"type": "resumed", "seq": 1, "data": {"recovered": 1}},
        {"type": "heartbeat", "seq": 1},
        {"type": "hello"},
        "{",
    ],
    ids=["batch", "reset", "resumed", "heartbeat", "no hello", "no frame"],
)
async def test_a_server_that_begins_with_something_else_than_hello_is_one_of_protocol_1(
    first: object,
) -> None:
    server = FakeServer()
    server.greets = False
    async with server, server.client() as client, client.events() as stream:
        await server.wait_for(lambda: server.listeners)
        await server.push(first if isinstance(first, str) else json.dumps(first))
        await server.push(json.dumps(server.greeting()))
        await read_until(stream, InitialData)
        await server.publish(server.commit(1))
        await read_until(stream, NewAlert)
        assert stream.status.state is StreamState.LIVE
        assert server.connections == 1
