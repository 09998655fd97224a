"""What is counted of connections, also of those that have ended."""

import asyncio
from typing import Any

import pytest

from server_stub.hub import Hub, SequencedSubscriber, StreamLimits, Subscriber
from server_stub.hub.figures import StreamFigures
from tests.support.stream import MemoryOutlet, MemorySource, a_login, an_admin


class Watched:
    """A hub whose clock and log are the test's, and connections that read or do not."""

    def __init__(self, **limits: int) -> None:
        self.now = 0.0
        self.source = MemorySource()
        self.hub = Hub(
            self.source,
            limits=StreamLimits(**limits),
            doorbell=asyncio.Event(),
            clock=lambda: self.now,
        )

    def join(
        self, kind: type[Subscriber] = Subscriber, *, reads: bool = True
    ) -> tuple[Subscriber, MemoryOutlet]:
        login, outlet = a_login(len(self.source.standing)), MemoryOutlet(can_write=reads)
        self.source.standing[login] = an_admin()
        about: dict[str, Any] = {"login": login, "limits": self.hub.limits, "now": self.now}
        if kind is SequencedSubscriber:
            about["log_epoch"] = "log"
        subscriber = kind(outlet, an_admin(), **about)
        self.hub.join(subscriber)
        if isinstance(subscriber, SequencedSubscriber):
            self.hub.begin(subscriber)
        subscriber.go_live()
        return subscriber, outlet

    async def settled(self) -> StreamFigures:
        """The figures once all that may leave has left."""
        while await self.hub.turn():
            pass
        return self.hub.figures()


@pytest.fixture
async def watched() -> Watched:
    watched = Watched()
    await watched.hub.start()
    return watched


async def test_connections_are_counted_by_protocol_while_they_last(watched: Watched) -> None:
    plain, _ = watched.join()
    watched.join(SequencedSubscriber)
    assert watched.hub.figures().subscribers == {1: 1, 2: 1}
    watched.hub.leave(plain)
    assert watched.hub.figures().subscribers == {1: 0, 2: 1}


async def test_each_frame_that_is_sent_counts(watched: Watched) -> None:
    _, first = watched.join()
    _, second = watched.join()
    watched.source.put_alert(1)
    watched.source.put_alert(2)
    figures = await watched.settled()
    assert figures.frames == len(first.written) + len(second.written) == 4


async def test_changes_that_became_one_count_also_when_their_connection_has_ended(
    watched: Watched,
) -> None:
    slow, outlet = watched.join(reads=False)
    for _ in range(3):
        watched.source.put_alert(1)
        await watched.settled()
    assert watched.hub.figures().coalesced == 2
    outlet.can_write = True
    assert (await watched.settled()).frames == 1
    for _ in range(2):
        watched.hub.leave(slow)
        assert watched.hub.figures().coalesced == 2


async def test_the_queue_is_as_old_as_what_waits_longest(watched: Watched) -> None:
    _, outlet = watched.join(reads=False)
    watched.join()
    assert (await watched.settled()).queue_seconds == 0
    watched.source.put_alert(1)
    await watched.settled()
    watched.now = 7.0
    watched.source.put_alert(2)
    assert (await watched.settled()).queue_seconds == 7.0
    outlet.can_write = True
    assert (await watched.settled()).queue_seconds == 0


@pytest.mark.parametrize("kind", [Subscriber, SequencedSubscriber])
async def test_who_reads_too_slowly_counts_once_for_each_time(kind: type[Subscriber]) -> None:
    watched = Watched(max_changes=1)
    await watched.hub.start()
    watched.join(kind, reads=False)
    watched.source.put_alert(1)
    watched.source.put_alert(2)
    assert (await watched.settled()).too_slow == 1
    assert (await watched.settled()).too_slow == 1


async def test_who_is_ended_for_another_reason_was_not_too_slow(watched: Watched) -> None:
    watched.join()
    watched.source.standing.clear()
    await watched.hub.check_rights()
    assert watched.hub.figures().too_slow == 0
