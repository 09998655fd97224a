"""The feed opens the stream, loads what is there, and puts every failure into words."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

from ir_client.errors import AuthRejected, ProtocolError, ServerError
from ir_client.stream.events import MalformedEvent, UnknownEvent
from ir_console.feed import Feed
from ir_console.model.link import LinkState
from ir_console.model.state import Arrival, Origin
from tests.support.builders import NOON, an_alert
from tests.support.memory_server import MemoryServer


@asynccontextmanager
async def a_feed(server: MemoryServer, *, snapshot_limit: int = 1000) -> AsyncIterator[Feed]:
    feed = Feed(
        server,
        snapshot_limit=snapshot_limit,
        clock=asyncio.get_running_loop().time,
        wake=lambda: None,
        turn=lambda: asyncio.sleep(0),
    )
    task = asyncio.create_task(feed.run())
    try:
        yield feed
    finally:
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():  # noqa: ASYNC110 -- any condition, not an event
            await asyncio.sleep(0)


async def taken(feed: Feed, count: int) -> list[Arrival]:
    await until(lambda: len(feed.inbox) >= count)
    return feed.take(count)


async def test_snapshot_is_loaded_once_live() -> None:
    server = MemoryServer()
    for number in range(1, 251):
        server.hold(an_alert(id=number))
    async with a_feed(server) as feed:
        await until(lambda: feed.link.state is LinkState.LIVE and feed.link.loading is None)
        arrivals = await taken(feed, 250)
    assert {arrival.alert.id for arrival in arrivals} == set(range(1, 251))
    assert {arrival.origin for arrival in arrivals} == {Origin.FETCHED}
    assert feed.me is not None
    assert feed.me.username == "dana"


async def test_snapshot_ends_at_its_limit() -> None:
    server = MemoryServer()
    for number in range(1, 501):
        server.hold(an_alert(id=number))
    async with a_feed(server, snapshot_limit=100) as feed:
        await until(lambda: len(feed.inbox) > 0 and feed.link.loading is None)
        assert len(feed.take(1000)) == 100


async def test_new_alert_arrives_as_such() -> None:
    server = MemoryServer()
    async with a_feed(server) as feed:
        await until(lambda: feed.link.state is LinkState.LIVE)
        server.publish(an_alert(id=9))
        (arrival,) = await taken(feed, 1)
    assert (arrival.alert.id, arrival.origin) == (9, Origin.PUSHED_NEW)


async def test_broken_line_keeps_its_reason_and_the_age_of_the_data() -> None:
    server = MemoryServer()
    async with a_feed(server) as feed:
        await until(lambda: feed.link.state is LinkState.LIVE)
        server.go_down("reset by peer\x1b[2J")
        await until(lambda: feed.link.state is LinkState.WAITING)
        assert feed.link.reason == "reset by peer␛[2J"
        assert feed.link.heard_at is not None
        assert feed.link.retry_at is not None
        server.come_back(missed=[an_alert(id=5)])
        await until(lambda: feed.link.caught_up is not None)
        assert feed.link.caught_up is not None
        assert feed.link.caught_up.missed == 1
        assert feed.link.reason == ""
        assert feed.take(10)[0].origin is Origin.BACKFILLED


async def test_gap_that_cannot_be_filled_loads_everything_again() -> None:
    server = MemoryServer()
    async with a_feed(server) as feed:
        await until(lambda: feed.link.state is LinkState.LIVE and feed.link.loading is None)
        server.hold(an_alert(id=77))
        server.go_down()
        server.come_back(is_complete=False)
        arrivals = await taken(feed, 1)
    assert arrivals[0].alert.id == 77


async def test_refused_stream_says_what_to_do_and_can_be_tried_again() -> None:
    server = MemoryServer()
    server.refuses = AuthRejected("The server refused the token")
    async with a_feed(server) as feed:
        await until(lambda: feed.link.state is LinkState.REFUSED)
        assert "Log in again" in feed.link.hint
        server.refuses = None
        feed.retry()
        await until(lambda: feed.link.state is LinkState.LIVE)


async def test_what_came_while_the_stream_had_failed_is_loaded_when_it_is_tried_again() -> None:
    server = MemoryServer()
    server.hold(an_alert(id=1))
    async with a_feed(server) as feed:
        await until(lambda: len(feed.inbox) == 1 and feed.link.loading is None)
        assert server.stream is not None
        server.stream.tell(AuthRejected("The server refused the token"))
        await until(lambda: feed.link.state is LinkState.REFUSED)
        server.hold(an_alert(id=2))
        feed.retry()
        assert {arrival.alert.id for arrival in await taken(feed, 2)} == {1, 2}


async def test_gap_during_a_load_begins_the_load_anew() -> None:
    server = MemoryServer()
    for number in range(1, 301):
        server.hold(an_alert(id=number))
    async with a_feed(server) as feed:
        await until(lambda: len(feed.inbox) >= 100)
        server.go_down()
        # Newer than what is loaded by now, so only another look from the top brings it.
        server.hold(an_alert(id=900, received_at=NOON + timedelta(days=1)))
        server.come_back(is_complete=False)
        await until(lambda: len(feed.inbox) == 301)


async def test_stream_that_ends_for_good_is_said() -> None:
    server = MemoryServer()
    server.refuses = ProtocolError("Not our protocol")
    async with a_feed(server) as feed:
        await until(lambda: feed.link.state is LinkState.FAILED)
        assert feed.link.reason == "Not our protocol"


async def test_snapshot_that_fails_is_said_and_loaded_again_on_demand() -> None:
    server = MemoryServer()
    server.hold(an_alert(id=3))
    server.list_fails = ServerError("The server failed", status=500)
    async with a_feed(server) as feed:
        await until(lambda: bool(feed.link.load_problem))
        assert feed.link.state is LinkState.LIVE
        server.list_fails = None
        feed.retry()
        assert (await taken(feed, 1))[0].alert.id == 3
        await until(lambda: not feed.link.load_problem)


async def test_unknown_and_malformed_events_change_nothing() -> None:
    server = MemoryServer()
    async with a_feed(server) as feed:
        await until(lambda: feed.link.state is LinkState.LIVE)
        assert server.stream is not None
        server.stream.tell(UnknownEvent("shiny", "{}"))
        server.stream.tell(MalformedEvent("new_alert", "data: missing", "{}"))
        server.publish(an_alert(id=9))
        assert [arrival.alert.id for arrival in await taken(feed, 1)] == [9]
        assert feed.link.unreadable == 1
