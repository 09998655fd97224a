"""Nothing stays stale: fetches under fire, in random schedules, against what the server holds.

The model is that of the measured algorithm: a coarse clock, transactions that become visible later
than their time stamp says, broadcasts that lag, connections that die in the middle of a fetch, rows
that move between pages, a reader that comes and goes.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from random import Random

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from ir_client import AlertUpdated, NewAlert, Resumed, TokenCredentials
from ir_client.rest.alerts import AlertCalls
from ir_client.rest.meta import Meta
from ir_client.rest.network import network_for
from ir_client.rest.retry import RetryPolicy
from ir_client.rest.session import Session
from ir_client.rest.transport import Transport
from ir_client.stream import backfill, recovery
from ir_client.stream.buffer import MAX_BYTES, EventBuffer
from ir_client.stream.endings import BackfillFailed, NoToken
from ir_client.stream.inbox import Inbox
from ir_client.stream.ledger import Ledger
from ir_client.stream.recovery import Recovery
from ir_client.testing import FEATURES, FakeServer
from ir_client.wire.alerts import Alert
from tests.support.builders import NOON, an_alert

LAG_TICKS = 8
RESOLUTION = 5
BROADCAST_TICKS = 5
# As long as it must be and hardly longer: more would hide mistakes elsewhere.
SHORTEST_OVERLAP = timedelta(seconds=LAG_TICKS + RESOLUTION + BROADCAST_TICKS + 2)


class World:
    """A server with slow transactions and slow broadcasts, and one reader."""

    def __init__(self, random: Random, *, features: Sequence[str], max_events: int) -> None:
        self.random = random
        self.has_revisions = "revision" in features
        self.server = FakeServer(features=features)
        self.server.before_page = lambda _: self.live_a_little()
        self.tick = 0
        self.open: dict[int, tuple[int, Alert]] = {}
        self.in_flight: deque[tuple[int, Alert]] = deque()
        self.is_connected = True
        self.versions = 0
        self.ledger = Ledger()
        self.ledger.begin(NOON - timedelta(days=1))
        self.buffer = EventBuffer(max_events=max_events)
        self.gap_drained = False
        self.inbox = Inbox(self.buffer, self.ledger, on_drained=self.note_drained)
        self.read: dict[int, Alert] = {}
        self.resumed: list[Resumed] = []

    def note_drained(self) -> None:
        self.gap_drained = True

    def live_a_little(self) -> None:
        for _ in range(self.random.randint(0, 6)):
            self.random.choice([self.begin, self.pass_time, self.pass_time, self.broadcast])()

    def pass_time(self) -> None:
        self.tick += 1
        for alert_id, (since, alert) in list(self.open.items()):
            if self.tick - since >= LAG_TICKS or self.random.random() < 0.3:
                del self.open[alert_id]
                self.server.alerts[alert_id] = alert
                self.in_flight.append((self.tick, alert))

        while self.in_flight and self.tick - self.in_flight[0][0] >= BROADCAST_TICKS:
            self.broadcast()

    def begin(self) -> None:
        alert_id = self.random.randint(1, 12)
        if alert_id in self.open:
            return  # the row is locked
        self.versions += 1
        known = self.server.alerts.get(alert_id)
        moment = NOON + timedelta(seconds=self.tick // RESOLUTION * RESOLUTION)
        number = 1 if known is None or known.revision is None else known.revision + 1
        self.open[alert_id] = (
            self.tick,
            an_alert(
                id=alert_id,
                title=f"version {self.versions}",
                created_at=NOON,
                updated_at=moment,
                revision=number if self.has_revisions else None,
            ),
        )

    def broadcast(self) -> None:
        if self.in_flight:
            _, alert = self.in_flight.popleft()
            if self.is_connected:
                self.inbox.put(AlertUpdated(data=alert), size=100)

    def settle(self) -> None:
        while self.open:
            self.pass_time()
        while self.in_flight:
            self.broadcast()

    async def read_some(self, count: int) -> None:
        """Read what is there, at most `count` events."""
        for _ in range(count):
            reading = asyncio.ensure_future(self.inbox.next())
            await asyncio.sleep(0)
            if not reading.done():
                reading.cancel()
                return
            match reading.result():
                case NewAlert(data=alert) | AlertUpdated(data=alert):
                    self.read[alert.id] = alert
                case Resumed() as resumed:
                    self.resumed.append(resumed)


async def reading_along(world: World, fetch: asyncio.Task[object]) -> None:
    while not fetch.done():
        await world.read_some(world.random.randint(0, 3))
        await asyncio.sleep(0)


async def one_life(random: Random, *, features: Sequence[str], max_events: int) -> World:
    world = World(random, features=features, max_events=max_events)
    world.server.access_tokens = {"t"}
    async with asyncio.TaskGroup() as tasks:
        transport = Transport(
            network_for("http://127.0.0.1:1"),
            tasks=tasks,
            handler=httpx.MockTransport(world.server.handle),
        )
        recoverer = Recovery(world.inbox, AlertCalls(transport), Meta(transport))
        world.server.accepts_every_token = True
        for _ in range(random.randint(1, 6)):
            world.live_a_little()
            world.is_connected = False
            world.inbox.abandon()
            for _ in range(random.randint(0, 12)):
                world.live_a_little()
                await world.read_some(random.randint(0, 2))
            world.is_connected = True
            await fetch_once(world, recoverer, may_be_cut=True)
        if not world.is_connected:
            world.is_connected = True
            await fetch_once(world, recoverer, may_be_cut=False)
        world.settle()
        await world.read_some(10_000)
        while world.gap_drained:
            await fetch_once(world, recoverer, may_be_cut=False)
            world.settle()
            await world.read_some(10_000)
        await transport.aclose()
    return world


async def fetch_once(world: World, recoverer: Recovery, *, may_be_cut: bool) -> None:
    world.gap_drained = False
    world.inbox.hold()
    fetch: asyncio.Task[object] = asyncio.ensure_future(recoverer.run())
    reader = asyncio.ensure_future(reading_along(world, fetch))
    if may_be_cut and world.random.random() < 0.5:
        for _ in range(world.random.randint(1, 60)):
            await asyncio.sleep(0)
        if not fetch.done():
            fetch.cancel()
            world.is_connected = False
            world.inbox.abandon()
    await asyncio.gather(fetch, reader, return_exceptions=True)


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backfill, "CURSOR_PAGE_SIZE", 2)
    monkeypatch.setattr(backfill, "PLAIN_PAGE_SIZE", 2)
    monkeypatch.setattr(recovery, "OVERLAP", SHORTEST_OVERLAP)


SERVERS = {
    "with revisions and cursor": FEATURES,
    "with a cursor, without revisions": ("updated_after", "cursor"),
    "plain": (),
}


@pytest.mark.parametrize("features", SERVERS.values(), ids=SERVERS.keys())
@pytest.mark.parametrize("max_events", [10_000, 3], ids=["roomy", "tight"])
@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32))
async def test_requirements_16_and_21_and_22_the_last_state_that_was_read_is_the_servers(
    seed: int, features: Sequence[str], max_events: int
) -> None:
    # Seeds, not drawn choices: a life makes thousands of them.
    world = await one_life(Random(seed), features=features, max_events=max_events)
    assert world.read == world.server.alerts


class Fetching:
    """Recoveries against a fake server, without a connection."""

    def __init__(self, server: FakeServer, tasks: asyncio.TaskGroup, ledger: Ledger) -> None:
        self.ledger = ledger
        self.buffer = EventBuffer()
        self.inbox = Inbox(self.buffer, ledger, on_drained=lambda: None)
        self.transport = Transport(
            network_for("http://127.0.0.1:1"),
            tasks=tasks,
            handler=httpx.MockTransport(server.handle),
            policy=RetryPolicy(max_attempts=1),
        )
        credentials = TokenCredentials(SecretStr("t"))
        self.transport.tokens = Session(self.transport, credentials, tasks=tasks)
        self.recovery = Recovery(self.inbox, AlertCalls(self.transport), Meta(self.transport))

    async def run(self) -> tuple[object, list[object]]:
        """What the recovery returns, and what it left to be read."""
        self.inbox.hold()
        outcome = await self.recovery.run()
        events: list[object] = []
        while len(self.buffer):
            async with asyncio.timeout(1):
                events.append(await self.inbox.next())
        return outcome, events


@asynccontextmanager
async def fetching(server: FakeServer, *, since: datetime | None = NOON) -> AsyncIterator[Fetching]:
    server.access_tokens = server.access_tokens or {"t"}
    ledger = Ledger()
    ledger.begin(since)
    async with asyncio.TaskGroup() as tasks:
        one = Fetching(server, tasks, ledger)
        yield one
        await one.transport.aclose()


async def test_without_a_watermark_it_says_that_something_may_be_missing() -> None:
    async with fetching(FakeServer(), since=None) as one:
        assert await one.run() == (None, [Resumed(0, complete=False)])


async def test_a_server_that_fails_for_the_moment_costs_the_connection() -> None:
    server = FakeServer()
    server.rest_answers.append(httpx.Response(503))
    async with fetching(server) as one:
        outcome, events = await one.run()
    assert isinstance(outcome, BackfillFailed)
    assert events == []


async def test_a_login_that_has_ended_ends_the_stream() -> None:
    server = FakeServer()
    server.access_tokens = {"another"}
    async with fetching(server) as one:
        outcome, _ = await one.run()
    assert isinstance(outcome, NoToken)
    assert outcome.is_final


async def test_one_who_may_not_read_lists_goes_live_and_is_told() -> None:
    server = FakeServer()
    server.rest_answers.append(httpx.Response(200, json={"features": list(FEATURES)}))
    server.rest_answers.append(httpx.Response(403, json={"detail": "no", "code": "forbidden"}))
    async with fetching(server) as one:
        assert await one.run() == (None, [Resumed(0, complete=False)])


async def test_requirement_21_the_overlap_brings_back_a_transaction_that_was_late() -> None:
    # Three alerts of one moment, one of which was committed after the others.
    server = FakeServer()
    for number in (1, 2, 3):
        server.commit(number, updated_at=NOON + timedelta(seconds=3))
    async with fetching(server) as one:
        for number in (1, 2):
            one.ledger.admit(AlertUpdated(data=server.alerts[number]))
        _, events = await one.run()
    assert [event.alert.id for event in events if isinstance(event, NewAlert)] == [3]
    assert events[-1] == Resumed(1, complete=True)


@pytest.mark.parametrize("answers", [[], [httpx.Response(503)]])
async def test_requirement_16_a_gap_is_fetched_from_the_oldest_state_that_was_dropped(
    answers: list[httpx.Response],
) -> None:
    # The server tells an alert that changed twice early, and by its second state.
    server = FakeServer()
    server.commit(1, updated_at=NOON + timedelta(hours=1))
    server.commit(2, updated_at=NOON + timedelta(hours=2))
    async with fetching(server) as one:
        for number, size in ((2, 1), (1, MAX_BYTES)):
            one.buffer.put(AlertUpdated(data=server.alerts[number]), size=size)
        await one.inbox.next()
        server.rest_answers += answers
        for _ in answers:
            outcome, _ = await one.run()
            assert isinstance(outcome, BackfillFailed)
            one.inbox.abandon()
        _, events = await one.run()
    assert [event.alert.id for event in events if isinstance(event, NewAlert)] == [1]
    assert events[-1] == Resumed(1, complete=True)


async def test_another_database_behind_the_address_is_noticed_by_its_epoch() -> None:
    server = FakeServer()
    server.commit(1)
    async with fetching(server) as one:
        await one.run()
        server.epoch = "epoch-2"
        _, events = await one.run()
    assert events[-1] == Resumed(1, complete=False)
