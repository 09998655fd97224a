"""Who views an alert: told to those who view it and may see it, and to nobody else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ir_client.wire.protocol2 import PresentUser
from server_stub.access import Viewer, sees_alert
from server_stub.errors import NotFound
from server_stub.hub import Hub, SequencedSubscriber, StreamLimits
from server_stub.hub.presence import MAX_USERS_TOLD, Presence
from server_stub.hub.renderings import Renderings
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
            self.outlet,
            viewer,
            login=self.login,
            limits=room.hub.limits,
            now=room.now(),
            log_epoch="log",
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


# Any order of things.

_TEAMS = ("red", "blue", None)
_steps = st.one_of(
    st.tuples(st.just("view"), st.integers(0, 4), st.integers(1, 2)),
    st.tuples(st.just("end"), st.integers(0, 4), st.just(0)),
    st.tuples(st.just("move"), st.integers(1, 2), st.integers(0, 2)),
    st.tuples(st.just("join"), st.integers(0, 4), st.integers(0, 2)),
    st.tuples(st.just("tell"), st.just(0), st.just(0)),
)


class Office:
    """Five connections of four analysts, two alerts, and what each connection heard last."""

    def __init__(self) -> None:
        self.presence = Presence()
        self.teams: dict[int, str | None] = {1: "red", 2: None}
        self.outlets = [MemoryOutlet() for _ in range(5)]
        self.users = [PresentUser(id=n, username=f"user-{n}") for n in (1, 2, 3, 4, 4)]
        self.lines = [
            SequencedSubscriber(
                outlet,
                an_analyst(user.id, "red"),
                login=a_login(user.id),
                limits=StreamLimits(),
                now=0.0,
                log_epoch="log",
            )
            for outlet, user in zip(self.outlets, self.users, strict=True)
        ]
        for line in self.lines:
            line.start_at(0)
            line.go_live()
        self.viewed: dict[int, int] = {}

    def sees(self, line: int, alert_id: int) -> bool:
        viewer = self.lines[line].viewer
        return sees_alert(viewer, team=self.teams[alert_id], assigned_analyst_id=None)

    def view(self, line: int, alert_id: int) -> None:
        if self.sees(line, alert_id):
            sight = (self.teams[alert_id], None)
            answer = self.presence.begin(
                self.lines[line], self.users[line], alert_id=alert_id, sight=sight
            )
            self.viewed.pop(line, None)
            self.viewed[line] = alert_id
            self.lines[line].tell(answer)
            self.pump(line)

    def end(self, line: int, _: int) -> None:
        self.presence.end(self.lines[line])
        self.viewed.pop(line, None)

    def move(self, alert_id: int, team: int) -> None:
        self.teams[alert_id] = _TEAMS[team]
        self.presence.learn({alert_id: (_TEAMS[team], None)})
        self.drop_the_blind()

    def join(self, line: int, team: int) -> None:
        teams = [name for name in (_TEAMS[team],) if name]
        self.lines[line].adopt(an_analyst(self.users[line].id, *teams))
        self.presence.end_blind()
        self.drop_the_blind()

    def tell(self, *_: int) -> None:
        for subscriber in self.presence.tell():
            self.pump(self.lines.index(subscriber))

    def drop_the_blind(self) -> None:
        self.viewed = {
            line: alert_id for line, alert_id in self.viewed.items() if self.sees(line, alert_id)
        }

    def pump(self, line: int) -> None:
        """Let frames out, and hold that none is about an alert that is not viewed there."""
        before = len(self.outlets[line].written)
        self.lines[line].pump(0.0, Renderings(max_bytes=1), most=10)
        for frame in self.outlets[line].frames[before:]:
            if frame["type"] == "presence":
                assert frame["data"]["alert_id"] == self.viewed[line]

    def heard_last(self, line: int) -> set[str]:
        lists = [frame for frame in self.outlets[line].frames if frame["type"] == "presence"]
        return {user["username"] for user in lists[-1]["data"]["users"]}


@pytest.mark.looptime(False)
@settings(max_examples=150, deadline=None)
@given(st.lists(_steps, max_size=40))
def test_in_any_order_of_things_all_who_view_an_alert_know_who_else_does(steps: list[Any]) -> None:
    office = Office()
    for name, first, second in [*steps, ("tell", 0, 0)]:
        getattr(office, name)(first, second)
    for line, alert_id in office.viewed.items():
        present = {
            office.users[other].username for other, one in office.viewed.items() if one == alert_id
        }
        assert office.heard_last(line) == present
    assert set(office.presence.viewed) == set(office.viewed.values())
