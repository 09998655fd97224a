"""Events wait in order, in bounded room, and a gap is never forgotten."""

from collections.abc import Iterable

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from ir_client import AlertUpdated, NewAlert, Resumed
from ir_client.stream.buffer import EventBuffer
from ir_client.stream.events import Event
from ir_client.wire.events import Pong
from tests.support.builders import an_alert


def update(alert_id: int = 1, revision: int = 1) -> AlertUpdated:
    return AlertUpdated(data=an_alert(id=alert_id, revision=revision))


def taken(buffer: EventBuffer) -> list[Event]:
    events = []
    while (event := buffer.take()) is not None:
        events.append(event)
    return events


def states(events: Iterable[Event]) -> list[tuple[int, int | None, str]]:
    return [
        (event.alert.id, event.alert.revision, event.origin)
        for event in events
        if isinstance(event, NewAlert | AlertUpdated)
    ]


def test_events_leave_in_the_order_in_which_they_came() -> None:
    buffer = EventBuffer()
    buffer.put(update(1), size=10)
    buffer.put(Pong(), size=5)
    buffer.announce(Resumed(0, complete=True))
    assert [type(event) for event in taken(buffer)] == [AlertUpdated, Pong, Resumed]


def test_requirement_16_when_it_is_full_the_rest_is_dropped_and_the_gap_is_seen() -> None:
    buffer = EventBuffer(max_events=3)
    for number in range(1, 6):
        buffer.put(update(number), size=1)
    assert buffer.dropped == 2
    assert not buffer.is_drained_gap
    assert [state[0] for state in states(taken(buffer))] == [1, 2, 3]
    assert buffer.is_drained_gap


def test_after_a_gap_nothing_is_taken_until_it_is_fetched() -> None:
    buffer = EventBuffer(max_events=1)
    buffer.put(update(1), size=1)
    buffer.put(update(2), size=1)
    taken(buffer)
    buffer.put(update(3), size=1)
    assert taken(buffer) == []
    buffer.hold()
    assert not buffer.is_drained_gap


def test_bytes_are_bounded_too() -> None:
    buffer = EventBuffer(max_bytes=100)
    buffer.put(update(1), size=60)
    buffer.put(update(2), size=60)
    assert len(buffer) == 1
    assert buffer.dropped == 1


def test_a_lost_frame_that_no_fetch_brings_back_is_owned_up_to() -> None:
    buffer = EventBuffer(max_events=1)
    buffer.put(update(1), size=1)
    buffer.put(Pong(), size=1)
    assert not buffer.take_completeness()
    assert buffer.take_completeness()


def test_requirement_22_live_frames_wait_behind_what_is_fetched() -> None:
    buffer = EventBuffer()
    buffer.hold()
    buffer.put(update(9, revision=2), size=1)
    buffer.put_fetched(an_alert(id=1))
    assert states(taken(buffer)) == [(1, 1, "backfill")]
    assert buffer.release()
    assert states(taken(buffer)) == [(9, 2, "live")]


def test_requirement_22_a_fetched_state_with_live_frames_is_used_only_where_it_is_newer() -> None:
    # Research section 6, step 3.
    buffer = EventBuffer()
    buffer.hold()
    for number in (1, 2):
        buffer.put(update(number, revision=5), size=1)
    buffer.put_fetched(an_alert(id=1, revision=5))
    buffer.put_fetched(an_alert(id=2, revision=6))
    buffer.release()
    assert states(taken(buffer)) == [(1, 5, "live"), (2, 5, "live"), (2, 6, "backfill")]


def test_other_frames_need_not_wait_for_a_fetch() -> None:
    buffer = EventBuffer()
    buffer.hold()
    buffer.put(Pong(), size=1)
    assert [type(event) for event in taken(buffer)] == [Pong]


def test_when_the_held_frames_overflow_what_was_fetched_is_kept_and_another_fetch_is_due() -> None:
    buffer = EventBuffer(max_events=2)
    buffer.hold()
    buffer.put(update(1, revision=5), size=1)
    buffer.put_fetched(an_alert(id=1, revision=4))
    buffer.put(update(2), size=1)
    buffer.put(update(3), size=1)
    assert not buffer.release()
    assert states(taken(buffer)) == [(1, 4, "backfill")]
    assert buffer.is_drained_gap


def test_a_fetch_may_fill_only_a_part_of_the_room() -> None:
    buffer = EventBuffer(max_events=20)
    buffer.hold()
    buffer.put_fetched(an_alert(id=1))
    assert buffer.has_room
    buffer.put_fetched(an_alert(id=2))
    assert not buffer.has_room
    buffer.take()
    assert buffer.has_room


def test_what_was_held_goes_with_its_connection() -> None:
    buffer = EventBuffer()
    buffer.put(update(1), size=1)
    buffer.hold()
    buffer.put(update(2), size=1)
    buffer.abandon()
    assert [state[0] for state in states(taken(buffer))] == [1]
    assert buffer.buffered_bytes == 0


class AnyTraffic(RuleBasedStateMachine):
    """Whatever is put and taken, the books balance and the bounds hold."""

    def __init__(self) -> None:
        super().__init__()
        self.buffer = EventBuffer(max_events=8, max_bytes=100)
        self.announced = 0

    @rule(alert_id=st.integers(1, 3), revision=st.integers(1, 5), size=st.integers(1, 60))
    def alert_comes(self, alert_id: int, revision: int, size: int) -> None:
        self.buffer.put(update(alert_id, revision), size=size)

    @rule(size=st.integers(1, 60))
    def pong_comes(self, size: int) -> None:
        self.buffer.put(Pong(), size=size)

    @rule()
    def fetch_begins(self) -> None:
        self.buffer.hold()

    @rule(alert_id=st.integers(1, 3), revision=st.integers(1, 5))
    def page_comes(self, alert_id: int, revision: int) -> None:
        if self.buffer.has_room:
            self.buffer.put_fetched(an_alert(id=alert_id, revision=revision))

    @rule()
    def fetch_ends(self) -> None:
        self.buffer.release()

    @rule()
    def connection_goes(self) -> None:
        self.buffer.abandon()

    @rule()
    def reader_takes(self) -> None:
        self.buffer.take()

    @rule()
    def reader_drains(self) -> None:
        taken(self.buffer)
        self.buffer.abandon()
        assert self.buffer.buffered_bytes == 0
        assert len(self.buffer) == 0

    @invariant()
    def room_is_bounded(self) -> None:
        assert 0 <= self.buffer.buffered_bytes <= 100
        # Beside the frames, at most one fetched state for each alert that is compared.
        assert len(self.buffer) <= 8 + 3


def test_requirement_07_whatever_is_put_and_taken_the_books_balance() -> None:
    run_state_machine_as_test(
        AnyTraffic, settings=settings(max_examples=60, stateful_step_count=40, deadline=None)
    )


@pytest.mark.parametrize("room", [2, 3, 5])
def test_changes_that_come_together_are_kept_as_if_they_came_alone(room: int) -> None:
    changes = [NewAlert(data=an_alert(id=number)) for number in range(1, 4)]
    together, alone = EventBuffer(max_events=room), EventBuffer(max_events=room)
    together.put_changes(changes, size=10)
    for change in changes:
        alone.put(change, size=10)
    assert (together.has_gap, together.dropped, len(together), together.buffered_bytes) == (
        alone.has_gap,
        alone.dropped,
        len(alone),
        alone.buffered_bytes,
    )
    assert [together.take() for _ in range(4)] == [alone.take() for _ in range(4)]
