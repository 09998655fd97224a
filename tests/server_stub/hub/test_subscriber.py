from typing import Any

import pytest

from server_stub.access import Viewer
from server_stub.domain.backlog import Change, Subject, Topic, Word
from server_stub.domain.rate_limit import Rate
from server_stub.hub.frames import plain_frame
from server_stub.hub.limits import StreamLimits
from server_stub.hub.renderings import Renderings
from server_stub.hub.subscriber import Subscriber
from tests.support.stream import (
    MemoryOutlet,
    a_login,
    an_alert_state,
    an_analyst,
    an_incident_state,
)


def a_subscriber(
    outlet: MemoryOutlet, viewer: Viewer | None = None, *, live: bool = True, **limits: Any
) -> Subscriber:
    subscriber = Subscriber(
        outlet,
        viewer or an_analyst(),
        login=a_login(),
        limits=StreamLimits(**limits),
        now=0.0,
    )
    if live:
        subscriber.go_live()
    return subscriber


def marked(subscriber: Subscriber, renderings: Renderings, *states: Any) -> None:
    for state in states:
        renderings.offer(state)
        subscriber.mark(state.subject, Change(Word.NEW_ALERT, state.id))


@pytest.fixture
def renderings() -> Renderings:
    return Renderings(max_bytes=1_000_000)


def test_changes_wait_until_the_snapshot_has_left(renderings: Renderings) -> None:
    outlet = MemoryOutlet()
    subscriber = a_subscriber(outlet, live=False)
    marked(subscriber, renderings, an_alert_state())
    subscriber.pump(0.0, renderings, most=10)
    assert outlet.types == []
    subscriber.answer(plain_frame("initial_data", {}))
    subscriber.go_live()
    subscriber.pump(0.0, renderings, most=10)
    assert outlet.types == ["initial_data", "new_alert"]


def test_nothing_is_written_to_an_outlet_that_takes_nothing(renderings: Renderings) -> None:
    outlet = MemoryOutlet(can_write=False)
    subscriber = a_subscriber(outlet)
    marked(subscriber, renderings, an_alert_state(version=1))
    assert subscriber.pump(0.0, renderings, most=10) == 0
    renderings.offer(an_alert_state(version=2))
    outlet.can_write = True
    subscriber.pump(0.0, renderings, most=10)
    assert outlet.told_of(1) == [2]


def test_the_rate_limit_delays_and_coalesces_but_drops_no_final_state(
    renderings: Renderings,
) -> None:
    outlet = MemoryOutlet()
    subscriber = a_subscriber(outlet, broadcasts=Rate(per_second=2, burst=1))
    marked(subscriber, renderings, an_alert_state(1), an_alert_state(2))
    assert subscriber.pump(0.0, renderings, most=10) == 1
    marked(subscriber, renderings, an_alert_state(2, version=2))
    assert subscriber.pump(0.1, renderings, most=10) == 0
    assert subscriber.seconds_until_ready(0.1) == pytest.approx(0.4)
    assert subscriber.pump(0.5, renderings, most=10) == 1
    assert outlet.told_of(2) == [2]


def test_answers_pass_by_the_rate_limit_of_broadcasts(renderings: Renderings) -> None:
    outlet = MemoryOutlet()
    subscriber = a_subscriber(outlet, broadcasts=Rate(per_second=1, burst=1))
    marked(subscriber, renderings, an_alert_state(1), an_alert_state(2))
    subscriber.pump(0.0, renderings, most=10)
    subscriber.answer(plain_frame("pong", {}))
    subscriber.pump(0.0, renderings, most=10)
    assert outlet.types == ["new_alert", "pong"]


def test_rights_are_those_of_the_moment_in_which_a_frame_leaves(renderings: Renderings) -> None:
    outlet = MemoryOutlet()
    subscriber = a_subscriber(outlet, an_analyst(1, "red"))
    marked(subscriber, renderings, an_alert_state(1, team="red"), an_alert_state(2, team="blue"))
    subscriber.viewer = an_analyst(1, "blue")
    subscriber.pump(0.0, renderings, most=10)
    assert outlet.told_of(1) == []
    assert outlet.told_of(2) == [1]
    assert not subscriber.has_something_to_send


def test_an_alert_that_left_the_users_sight_while_it_waited_is_not_sent(
    renderings: Renderings,
) -> None:
    outlet = MemoryOutlet(can_write=False)
    subscriber = a_subscriber(outlet, an_analyst(1, "red"))
    marked(subscriber, renderings, an_alert_state(1, team="red"))
    renderings.offer(an_alert_state(1, version=2, team="blue"))
    outlet.can_write = True
    subscriber.pump(0.0, renderings, most=10)
    assert outlet.written == []


def test_what_has_to_be_read_again_is_named_and_waits(renderings: Renderings) -> None:
    outlet = MemoryOutlet()
    subscriber = a_subscriber(outlet)
    subscriber.mark(Subject(Topic.ALERT, 1), Change(Word.NEW_ALERT, 1))
    assert subscriber.pump(0.0, renderings, most=10) == 0
    assert subscriber.unread(renderings, most=10) == [Subject(Topic.ALERT, 1)]
    renderings.offer(an_alert_state())
    assert subscriber.unread(renderings, most=10) == []
    subscriber.pump(0.0, renderings, most=10)
    assert outlet.told_of(1) == [1]


def test_too_many_changes_that_wait_end_the_connection_as_too_slow(renderings: Renderings) -> None:
    outlet = MemoryOutlet(can_write=False)
    subscriber = a_subscriber(outlet, max_changes=2)
    marked(subscriber, renderings, *(an_alert_state(number) for number in (1, 2, 3)))
    assert outlet.closed_with is not None
    assert outlet.closed_with[0] == 1013
    assert not subscriber.has_something_to_send


def test_answers_that_are_not_read_end_the_connection_as_too_slow() -> None:
    outlet = MemoryOutlet(can_write=False)
    subscriber = a_subscriber(outlet, max_answer_bytes=100)
    for _ in range(10):
        subscriber.answer(plain_frame("pong", {}))
    assert outlet.closed_with is not None
    assert outlet.closed_with[0] == 1013


@pytest.mark.parametrize(
    ("blocked_since", "heard_at", "now", "ends"),
    [
        (None, 0.0, 89.0, False),
        (None, 0.0, 91.0, True),
        (None, 80.0, 91.0, False),
        (10.0, 80.0, 19.0, False),
        (10.0, 80.0, 21.0, True),
    ],
)
def test_a_connection_that_takes_or_says_nothing_for_too_long_is_ended(
    blocked_since: float | None, heard_at: float, now: float, ends: bool
) -> None:
    outlet = MemoryOutlet(blocked_since=blocked_since, heard_at=heard_at)
    a_subscriber(outlet).end_if_dead(now)
    assert (outlet.closed_with is not None) == ends


def test_an_incident_is_watched_by_owning_it_or_by_asking() -> None:
    subscriber = a_subscriber(MemoryOutlet(), an_analyst(1))
    mine, other = an_incident_state(1, owner_id=1), an_incident_state(2, owner_id=2)
    assert subscriber.watches(mine)
    assert not subscriber.watches(other)
    subscriber.watch(2)
    subscriber.unwatch(1)
    assert subscriber.watches(other)
    assert not subscriber.watches(mine)


def test_an_endpoint_token_owns_no_incident_not_even_one_without_owner() -> None:
    subscriber = a_subscriber(MemoryOutlet(), Viewer("token", token_id=1))
    assert not subscriber.watches(an_incident_state(1, owner_id=None))


def test_the_watch_list_is_bounded() -> None:
    subscriber = a_subscriber(MemoryOutlet(), max_watched=2)
    assert [subscriber.watch(number) for number in (1, 2, 3, 1)] == [True, True, False, True]


def test_a_closed_subscriber_is_sent_and_keeps_nothing(renderings: Renderings) -> None:
    outlet = MemoryOutlet()
    subscriber = a_subscriber(outlet, max_changes=1)
    marked(subscriber, renderings, an_alert_state(1), an_alert_state(2))
    marked(subscriber, renderings, an_alert_state(3))
    subscriber.answer(plain_frame("pong", {}))
    assert subscriber.pump(0.0, renderings, most=10) == 0
    assert outlet.written == []
