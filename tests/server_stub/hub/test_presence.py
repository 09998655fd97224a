"""Who views an alert: told to those who view it and may see it, and to nobody else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from ir_client.wire.protocol2 import PresentUser
from server_stub.access import Viewer
from server_stub.errors import NotFound
from server_stub.hub import Hub, SequencedSubscriber, StreamLimits
from server_stub.hub.presence import MAX_USERS_TOLD
from tests.support.stream import MemoryOutlet, MemorySource, a_login, an_admin, an_analyst

pytestmark = pytest.mark.looptime


class Person:
    """One connection of one user."""

    def __init__(self, room: "Room", viewer: Viewer) -> None:
        self.room = room
        self.outlet = MemoryOutlet(heard_at=room.now())
        self.login = a_login(len(room.source.standing))
        room.source.standing[self.login] = viewer
        self.subscriber = SequencedSubscriber(
            self.outlet, viewer, login=self.login, limits=room.hub.limits, now=room.now()
        )
        self.name = f"user-{viewer.user_id}"
        self.user = PresentUser(id=viewer.user_id or 0, username=self.name)
        room.hub.join(self.subscriber)
        room.hub.begin(self.subscriber)
        self.subscriber.go_live()

    async def view(self, alert_id: int) -> list[str]:
        """Who views the alert, by the answer."""
        answer = await self.room.hub.view(self.subscriber, self.user, alert_id=alert_id)
        self.subscriber.tell(answer)
        self.room.hub.deliver(self.subscriber)
        return self.heard[-1][1]

    def leave(self) -> None:
        self.room.hub.leave(self.subscriber)

    @property
    def heard(self) -> list[tuple[int, list[str]]]:
        return [
            (frame["data"]["alert_id"], [user["username"] for user in frame["data"]["users"]])
            for frame in self.outlet.frames
            if frame["type"] == "presence"
        ]


class Room:
    """A hub at work, and those who are connected to it."""

    def __init__(self) -> None:
        self.source = MemorySource()
        self.now = asyncio.get_running_loop().time
        self.hub = Hub(self.source, limits=StreamLimits(), doorbell=asyncio.Event(), clock=self.now)

    def enter(self, viewer: Viewer) -> Person:
        return Person(self, viewer)

    def change(self, alert_id: int, **fields: Any) -> None:
        self.source.put_alert(alert_id, **fields)
        self.hub.ring()


@asynccontextmanager
async def a_room() -> AsyncIterator[Room]:
    room = Room()
    await room.hub.start()
    task = asyncio.create_task(room.hub.run())
    try:
        yield room
    finally:
        task.cancel()
        await asyncio.wait([task])


async def a_second() -> None:
    """More than passes before anyone is told (virtual)."""
    await asyncio.sleep(1)


async def test_who_comes_and_goes_is_told_to_all_who_view_the_same_alert() -> None:
    async with a_room() as room:
        room.change(1)
        room.change(2)
        dana, erik, other = (room.enter(an_analyst(number)) for number in (1, 2, 3))
        assert await other.view(2) == ["user-3"]
        assert await dana.view(1) == ["user-1"]
        assert await erik.view(1) == ["user-1", "user-2"]
        await a_second()
        assert dana.heard[-1] == (1, ["user-1", "user-2"])
        await erik.view(2)
        await a_second()
        assert dana.heard[-1] == (1, ["user-1"])
        assert other.heard[-1] == erik.heard[-1] == (2, ["user-3", "user-2"])


async def test_viewing_ends_with_the_connection_or_when_nothing_is_viewed() -> None:
    async with a_room() as room:
        room.change(1)
        dana, erik = room.enter(an_analyst(1)), room.enter(an_analyst(2))
        await dana.view(1)
        await erik.view(1)
        await a_second()
        erik.leave()
        await a_second()
        assert [users for _, users in dana.heard] == [["user-1"], ["user-1", "user-2"], ["user-1"]]
        room.hub.presence.end(dana.subscriber)
        assert room.hub.presence.viewed == ()


async def test_a_user_counts_once_however_many_windows_are_open() -> None:
    async with a_room() as room:
        room.change(1)
        first, second = room.enter(an_analyst(1)), room.enter(an_analyst(1))
        assert await first.view(1) == await second.view(1) == ["user-1"]
        await a_second()
        assert len(first.heard) == 1
        second.leave()
        await a_second()
        assert first.heard == [(1, ["user-1"])]


async def test_what_one_may_not_see_cannot_be_viewed() -> None:
    async with a_room() as room:
        room.change(1, team="red")
        with pytest.raises(NotFound):
            await room.enter(an_analyst(1, "blue")).view(1)
        with pytest.raises(NotFound):
            await room.enter(an_admin()).view(2)
        assert room.hub.presence.viewed == ()


async def test_who_loses_sight_of_the_alert_views_it_no_more() -> None:
    async with a_room() as room:
        room.change(1, team="red")
        boss, dana = room.enter(an_admin(9)), room.enter(an_analyst(1, "red"))
        await boss.view(1)
        await dana.view(1)
        await a_second()
        room.change(1, team="blue")
        await a_second()
        assert boss.heard[-1] == (1, ["user-9"])
        heard_by_dana = dana.heard
        assert await room.enter(an_admin(8)).view(1) == ["user-9", "user-8"]
        await a_second()
        assert dana.heard == heard_by_dana


async def test_who_loses_the_right_to_see_it_views_it_no_more() -> None:
    async with a_room() as room:
        room.change(1, team="red")
        boss, dana = room.enter(an_admin(9)), room.enter(an_analyst(1, "red"))
        await boss.view(1)
        await dana.view(1)
        room.source.standing[dana.login] = an_analyst(1, "blue")
        await asyncio.sleep(2)
        assert boss.heard[-1] == (1, ["user-9"])


async def test_a_view_let_in_by_an_older_sight_is_ended_within_two_seconds() -> None:
    async with a_room() as room:
        room.change(1, team="red")
        dana = room.enter(an_analyst(1, "red"))
        room.change(1, team="blue")
        await a_second()
        room.hub.presence.begin(dana.subscriber, dana.user, alert_id=1, sight=("red", None))
        await asyncio.sleep(2)
        assert room.hub.presence.viewed == ()


async def test_names_that_wait_for_a_slow_reader_are_replaced_by_newer_ones() -> None:
    async with a_room() as room:
        room.change(1)
        slow = room.enter(an_analyst(1))
        await slow.view(1)
        slow.outlet.can_write = False
        for number in range(2, 6):
            await room.enter(an_analyst(number)).view(1)
            await a_second()
        slow.outlet.can_write = True
        room.hub.deliver(slow.subscriber)
        everyone = [f"user-{number}" for number in range(1, 6)]
        assert slow.heard == [(1, ["user-1"]), (1, everyone)]


async def test_names_that_wait_are_not_told_to_who_lost_sight_meanwhile() -> None:
    async with a_room() as room:
        room.change(1, team="red")
        dana = room.enter(an_analyst(1, "red"))
        await dana.view(1)
        dana.outlet.can_write = False
        await room.enter(an_admin(9)).view(1)
        await a_second()
        room.change(1, team="blue")
        await a_second()
        dana.outlet.can_write = True
        room.hub.deliver(dana.subscriber)
        assert dana.heard == [(1, ["user-1"])]


async def test_a_crowd_is_told_by_its_first_names() -> None:
    async with a_room() as room:
        room.change(1)
        for number in range(1, MAX_USERS_TOLD + 10):
            told = await room.enter(an_analyst(number)).view(1)
        assert told == [f"user-{number}" for number in range(1, MAX_USERS_TOLD + 1)]
