"""Those who may see the same and have heard all before are told by the same bytes."""

import asyncio
from typing import Any

from server_stub.access import Viewer
from server_stub.domain.backlog import Subject
from server_stub.domain.rate_limit import Rate
from server_stub.hub import Hub, SequencedSubscriber, StreamLimits, Subscriber
from server_stub.hub.drafts import parts_of
from server_stub.hub.states import State
from tests.support.stream import (
    MemoryOutlet,
    MemorySource,
    a_login,
    an_admin,
    an_alert_state,
    an_analyst,
)


class Room:
    """A hub that is moved by hand, and connections to it. Its clock moves as it is read."""

    def __init__(self, *, seconds_a_look: float = 0.0, **limits: Any) -> None:
        self.now = 0.0
        self._seconds_a_look = seconds_a_look
        self.source = MemorySource()
        self.hub = Hub(
            self.source,
            limits=StreamLimits(max_connections_per_viewer=1_000, **limits),
            doorbell=asyncio.Event(),
            clock=self._clock,
        )

    def _clock(self) -> float:
        self.now += self._seconds_a_look
        return self.now

    def connect(
        self, viewer: Viewer, *, protocol: int = 1, outlet: MemoryOutlet | None = None
    ) -> MemoryOutlet:
        outlet = outlet or MemoryOutlet()
        login = a_login(len(self.source.standing))
        self.source.standing[login] = viewer
        limits = self.hub.limits
        if protocol == 1:
            subscriber = Subscriber(outlet, viewer, login=login, limits=limits, now=0.0)
            self.hub.join(subscriber)
        else:
            subscriber = SequencedSubscriber(
                outlet, viewer, login=login, limits=limits, now=0.0, log_epoch="log"
            )
            self.hub.join(subscriber)
            self.hub.begin(subscriber)
        subscriber.go_live()
        return outlet


async def test_all_of_one_audience_are_handed_the_same_bytes_in_one_write() -> None:
    room = Room()
    first, second = (room.connect(an_analyst(who, "red"), outlet=Pieces()) for who in (1, 2))
    for number in (1, 2, 3):
        room.source.put_alert(number, team="red")
    await room.hub.turn()
    assert first.types == ["new_alert"] * 3
    assert isinstance(first, Pieces)
    assert isinstance(second, Pieces)
    assert len(first.pieces) == 1
    assert first.pieces[0] is second.pieces[0]


async def test_a_batch_says_where_all_of_the_audience_stand() -> None:
    room = Room()
    outlets = [room.connect(an_admin(who), protocol=2) for who in (1, 2)]
    for number in (1, 2, 3):
        room.source.put_alert(number)
    await room.hub.turn()
    for outlet in outlets:
        (batch,) = outlet.frames
        assert (batch["type"], batch["seq"]) == ("batch", 3)
        assert [event["data"]["id"] for event in batch["data"]["events"]] == [1, 2, 3]


async def test_who_sees_nothing_of_it_hears_only_that_the_log_went_on() -> None:
    room = Room()
    outlet = room.connect(an_analyst(1, "blue"), protocol=2)
    room.source.put_alert(1, team="red")
    await room.hub.turn()
    assert outlet.frames == []
    room.source.put_alert(2)
    await room.hub.turn()
    assert [frame["seq"] for frame in outlet.frames] == [2]


async def test_who_is_assigned_to_an_alert_is_told_apart_from_the_team() -> None:
    room = Room()
    theirs, other = (room.connect(an_analyst(who, "blue")) for who in (1, 2))
    room.source.put_alert(1, team="red", assigned_analyst_id=1)
    await room.hub.turn()
    assert (theirs.types, other.types) == (["new_alert"], [])


async def test_who_is_at_the_rate_limit_is_told_the_last_state_later() -> None:
    room = Room(broadcasts=Rate(per_second=1, burst=1))
    outlet = room.connect(an_admin())
    for _ in range(3):
        room.source.put_alert(1)
        await room.hub.turn()
    assert outlet.told_of(1) == [1]
    room.now += 1.0
    await room.hub.turn()
    assert outlet.told_of(1) == [1, 3]


async def test_who_takes_nothing_now_is_told_when_it_does() -> None:
    room = Room()
    outlet = room.connect(an_admin(), outlet=MemoryOutlet(can_write=False))
    reader = room.connect(an_admin())
    room.source.put_alert(1)
    await room.hub.turn()
    assert (outlet.types, reader.types) == ([], ["new_alert"])
    outlet.can_write = True
    await room.hub.turn()
    assert outlet.types == ["new_alert"]


async def handing_out(room: Room, first: MemoryOutlet) -> asyncio.Future[bool]:
    """A turn of the hub that has told the `first` one, and not yet all."""
    turn = asyncio.ensure_future(room.hub.turn())
    while not first.written:  # noqa: ASYNC110 - what is waited for rings no bell
        await asyncio.sleep(0)
    return turn


async def test_what_became_old_while_it_was_handed_out_reaches_nobody_any_more() -> None:
    room = Room(seconds_a_look=0.01)
    outlets = [room.connect(an_admin()) for _ in range(200)]
    room.source.put_alert(1)
    turn = await handing_out(room, outlets[0])
    assert not outlets[-1].written
    newer = room.source.put_alert(1)
    room.hub.newest(newer)
    await turn
    assert outlets[0].told_of(1) == [1]
    assert outlets[-1].told_of(1) == [2]
    await room.hub.turn()
    assert outlets[0].told_of(1) == [1, 2]
    assert outlets[-1].told_of(1)[-1] == 2


async def test_who_comes_while_it_is_handed_out_begins_behind_it() -> None:
    room = Room(seconds_a_look=0.01)
    outlets = [room.connect(an_admin(), protocol=2) for _ in range(200)]
    room.source.put_alert(1)
    turn = await handing_out(room, outlets[0])
    late = room.connect(an_admin(), protocol=2)
    await turn
    room.source.put_alert(2)
    await room.hub.turn()
    assert [frame["seq"] for frame in late.frames] == [2]
    assert [frame["seq"] for frame in outlets[-1].frames] == [1, 2]


async def test_rights_that_are_lost_while_it_is_handed_out_count() -> None:
    room = Room(seconds_a_look=0.01)
    outlets = [room.connect(an_analyst(who, "red")) for who in range(200)]
    room.source.put_alert(1, team="red")
    turn = await handing_out(room, outlets[0])
    room.source.standing[a_login(199)] = an_analyst(199)
    await room.hub.check_rights()
    await turn
    assert outlets[-2].types == ["new_alert"]
    assert outlets[-1].types == []


class Pieces(MemoryOutlet):
    """Keeps what each write was."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[bytes] = []

    def write(self, data: bytes) -> None:
        self.pieces.append(data)
        super().write(data)


async def test_what_is_handed_out_at_once_is_bounded_in_bytes_and_in_number() -> None:
    source = MemorySource()
    small = [source.put_alert(number) for number in (1, 2, 3)]
    large = an_alert_state(4, description="x" * 70_000)
    source.alert_rows[4] = source.put_alert(4)
    states: dict[Subject, State] = {state.subject: state for state in (*small, large)}
    parts = list(parts_of(source.log, states, most=2))
    assert [[event.seq for event in part] for part in parts] == [[1, 2], [3], [4]]
