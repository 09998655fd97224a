"""What gives way when the reader is too slow, by policy."""

from collections import deque

from hypothesis import given
from hypothesis import strategies as st

from ir_client import AlertRemoved, AlertUpdated, NewAlert, Resumed
from ir_client.stream.buffer import EventBuffer
from ir_client.stream.events import Event, Gap
from ir_client.stream.overflow import Entry, Forget, coalesced, pop_oldest
from ir_client.wire.cursor import StreamPosition
from ir_client.wire.events import Pong
from ir_client.wire.protocol2 import Removal
from tests.support.builders import an_alert


def new(alert_id: int = 1, revision: int = 1) -> NewAlert:
    return NewAlert(data=an_alert(id=alert_id, revision=revision))


def update(alert_id: int = 1, revision: int = 1) -> AlertUpdated:
    return AlertUpdated(data=an_alert(id=alert_id, revision=revision))


def removal(alert_id: int = 1, revision: int = 1) -> AlertRemoved:
    return AlertRemoved(data=Removal(id=alert_id, revision=revision))


def told(events: list[Event | Forget]) -> list[tuple[str, int, int | None]]:
    return [
        (type(event).__name__, event.data.id, event.data.revision)
        for event in events
        if isinstance(event, NewAlert | AlertUpdated | AlertRemoved)
    ]


def taken(buffer: EventBuffer) -> list[Event | Forget]:
    events = []
    while (event := buffer.take()) is not None:
        events.append(event)
    return events


def squeezed(*events: Event | Forget) -> list[Event | Forget]:
    return [entry.event for entry in coalesced(deque(Entry(event, 1) for event in events))]


def test_coalescing_keeps_the_last_state_of_each_alert_and_every_other_frame() -> None:
    kept = squeezed(update(1, 1), Pong(), update(2, 1), update(1, 2), Pong(), update(1, 3))
    assert told(kept) == [("AlertUpdated", 2, 1), ("AlertUpdated", 1, 3)]
    assert sum(isinstance(event, Pong) for event in kept) == 2


def test_an_alert_that_was_new_is_still_new() -> None:
    kept = squeezed(new(1, 1), update(2, 1), update(1, 2), update(3, 1))
    assert told(kept) == [("AlertUpdated", 2, 1), ("NewAlert", 1, 2), ("AlertUpdated", 3, 1)]


def test_a_removal_is_a_state_like_any_other() -> None:
    assert told(squeezed(update(1, 1), removal(1, 2))) == [("AlertRemoved", 1, 2)]
    assert told(squeezed(removal(1, 2), new(1, 3))) == [("NewAlert", 1, 3)]


def test_states_of_two_databases_are_not_taken_for_one_another() -> None:
    kept = squeezed(update(1, 9), Forget(), update(1, 1))
    assert told(kept) == [("AlertUpdated", 1, 9), ("AlertUpdated", 1, 1)]


@given(st.lists(st.tuples(st.integers(1, 4), st.sampled_from([new, update, removal]))))
def test_whatever_waits_the_final_states_are_the_same(steps: list[tuple[int, object]]) -> None:
    events = [make(alert_id, place) for place, (alert_id, make) in enumerate(steps)]  # type: ignore[operator]
    kept = squeezed(*events)
    last = {event.data.id: event.data.revision for event in events}
    assert [(one, revision) for _, one, revision in told(kept)] == sorted(
        last.items(), key=lambda pair: pair[1]
    )


def test_a_coalescing_buffer_goes_on_without_a_gap() -> None:
    buffer = EventBuffer(max_events=10, policy="coalesce")
    for revision in range(1, 101):
        buffer.put(update(revision % 3, revision), size=7)
    assert not buffer.has_gap
    assert len(buffer) <= 10
    assert buffer.buffered_bytes == 7 * len(buffer)
    assert {one: revision for _, one, revision in told(taken(buffer))} == {0: 99, 1: 100, 2: 98}


def test_too_many_alerts_to_coalesce_are_a_gap_that_is_fetched() -> None:
    buffer = EventBuffer(max_events=10, policy="coalesce")
    for alert_id in range(20):
        buffer.put(update(alert_id), size=1)
    assert buffer.has_gap
    assert len(taken(buffer)) == 10
    assert buffer.is_drained_gap


def test_the_oldest_go_and_a_gap_says_how_many_before_what_comes_next() -> None:
    buffer = EventBuffer(max_events=3, policy="drop_oldest")
    buffer.announce(Resumed(0, complete=True))
    for alert_id in range(1, 6):
        buffer.put(update(alert_id), size=1)
    gap, resumed, *rest = taken(buffer)
    assert gap == Gap(3)
    assert isinstance(resumed, Resumed)
    assert [one for _, one, _ in told(rest)] == [4, 5]
    assert not buffer.has_gap
    buffer.put(update(6), size=1)
    assert len(taken(buffer)) == 1


def test_bytes_are_dropped_too_until_a_large_one_fits() -> None:
    buffer = EventBuffer(max_bytes=100, policy="drop_oldest")
    for alert_id in range(1, 5):
        buffer.put(update(alert_id), size=30)
    buffer.put(update(9), size=80)
    assert buffer.buffered_bytes == 80
    assert taken(buffer)[0] == Gap(4)


def test_our_own_events_are_never_the_oldest() -> None:
    own = deque([Entry(Resumed(0, complete=True), 0), Entry(Gap(1), 0), Entry(Forget(), 0)])
    assert pop_oldest(own) is None
    assert len(own) == 3


def test_where_it_is_an_error_it_is_noted_and_what_was_kept_stays() -> None:
    buffer = EventBuffer(max_events=2, policy="error")
    for alert_id in (1, 2):
        buffer.put(update(alert_id), size=1)
    assert not buffer.is_overrun
    buffer.put(update(3), size=1)
    assert buffer.is_overrun
    assert [one for _, one, _ in told(taken(buffer))] == [1, 2]


def test_while_something_is_fetched_a_full_buffer_means_one_more_fetch() -> None:
    for policy in ("resync", "coalesce", "drop_oldest", "error"):
        buffer = EventBuffer(max_events=2, policy=policy)  # type: ignore[arg-type]
        buffer.hold()
        for alert_id in (1, 2, 3):
            buffer.put(update(alert_id), size=1)
        assert not buffer.release()
        assert buffer.is_drained_gap
        assert not buffer.is_overrun


def test_a_removal_in_a_gap_waits_for_the_fetch() -> None:
    buffer = EventBuffer(max_events=2)
    for event in (update(1), update(2), update(3), removal(2, 5), removal(1, 7)):
        buffer.put(event, size=1)
    taken(buffer)
    buffer.hold()
    buffer.put_fetched(an_alert(id=1, revision=8))
    buffer.put_fetched(an_alert(id=2, revision=4))
    assert buffer.release()
    assert told(taken(buffer)) == [
        ("AlertRemoved", 2, 5),
        ("AlertRemoved", 1, 7),
        ("AlertUpdated", 1, 8),
    ]
    assert buffer.take_completeness()


def test_a_removal_goes_with_its_connection_since_the_next_one_tells_it_again() -> None:
    buffer = EventBuffer(max_events=1)
    for event in (update(1), update(2), removal(2, 5)):
        buffer.put(event, size=1)
    taken(buffer)
    buffer.abandon()
    buffer.hold()
    buffer.release()
    assert taken(buffer) == []


def test_a_position_is_reached_once_the_reader_asks_for_what_is_behind_it() -> None:
    buffer = EventBuffer()
    first, second = StreamPosition("e", 1), StreamPosition("e", 2)
    buffer.put(update(1), size=1)
    buffer.stamp(first)
    buffer.put(update(2), size=1)
    buffer.stamp(second)
    assert buffer.reached is None
    buffer.take()
    assert buffer.reached is None
    buffer.take()
    assert buffer.reached == first
    assert buffer.take() is None
    assert buffer.reached == second


def test_a_position_without_events_is_reached_when_the_reader_asks() -> None:
    buffer = EventBuffer()
    buffer.stamp(StreamPosition("e", 9))
    assert buffer.reached is None
    buffer.take()
    assert buffer.reached == StreamPosition("e", 9)
