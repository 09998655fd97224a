"""Who hears of what, and in which word. One event each; what is marked is then sent."""

import pytest

from server_stub.access import Viewer
from server_stub.hub.limits import StreamLimits
from server_stub.hub.marking import Marker
from server_stub.hub.renderings import Renderings
from server_stub.hub.states import State
from server_stub.hub.subscriber import Subscriber
from tests.support.stream import MemoryOutlet, MemorySource, a_login, an_admin, an_analyst


class Listener:
    """A subscriber and what it was sent."""

    def __init__(self, viewer: Viewer) -> None:
        self.outlet = MemoryOutlet()
        self.subscriber = Subscriber(
            self.outlet, viewer, login=a_login(viewer.user_id), limits=StreamLimits(), now=0.0
        )
        self.subscriber.go_live()


class Room:
    """A log, its marker, and listeners who hear of all that is new in the log."""

    def __init__(self, *viewers: Viewer) -> None:
        self.source = MemorySource()
        self.listeners = [Listener(viewer) for viewer in viewers]
        self._marker = Marker()
        self._renderings = Renderings(max_bytes=1_000_000)
        self._cursor = 0

    def tell(self) -> None:
        events = self.source.log[self._cursor :]
        self._cursor += len(events)
        rows: list[State] = [*self.source.alert_rows.values()]
        rows += self.source.incident_rows.values()
        states = {state.subject: state for state in rows}
        for state in states.values():
            self._renderings.offer(state)
        subscribers = [listener.subscriber for listener in self.listeners]
        self._marker.mark(events, states, subscribers)
        for subscriber in subscribers:
            subscriber.pump(0.0, self._renderings, most=100)

    def heard(self, which: int = 0) -> list[str]:
        outlet = self.listeners[which].outlet
        types = outlet.types
        outlet.written.clear()
        return types


def test_an_alert_is_told_to_those_who_may_see_it_and_nobody_else() -> None:
    room = Room(an_analyst(1, "red"), an_analyst(2, "blue"), an_admin())
    room.source.put_alert(1, team="red")
    room.tell()
    assert [room.heard(who) for who in range(3)] == [["new_alert"], [], ["new_alert"]]


def test_an_alert_that_comes_into_sight_is_news_to_those_who_could_not_see_it() -> None:
    room = Room(an_analyst(1, "red"), an_analyst(2, "blue"), an_admin())
    room.source.put_alert(1, team="red")
    room.tell()
    for who in range(3):
        room.heard(who)
    room.source.put_alert(1, team="blue")
    room.tell()
    assert [room.heard(who) for who in range(3)] == [[], ["new_alert"], ["alert_updated"]]


def test_two_events_that_are_found_in_one_state_are_told_once() -> None:
    room = Room(an_analyst())
    room.source.put_alert(1)
    second = room.source.put_alert(1)
    late = room.source.log.pop()
    room.tell()
    assert room.listeners[0].outlet.told_of(1) == [second.version]
    room.source.log.append(late)
    room.tell()
    assert room.listeners[0].outlet.told_of(1) == [second.version]


def test_a_second_change_after_the_first_was_sent_is_told() -> None:
    room = Room(an_analyst())
    room.source.put_alert(1)
    room.tell()
    room.source.put_alert(1)
    room.tell()
    assert room.heard() == ["new_alert", "alert_updated"]


def test_a_new_incident_is_given_to_its_owner_and_announced_to_managers_and_admins() -> None:
    owner, colleague = an_analyst(1), an_analyst(2)
    manager = Viewer("user", "manager", user_id=3)
    room = Room(owner, colleague, manager, an_admin(), Viewer("token", token_id=1))
    room.source.put_incident(1, owner_id=1)
    room.tell()
    assert [room.heard(who) for who in range(5)] == [
        ["incident_created"],
        [],
        ["incident_notification"],
        ["incident_notification"],
        [],
    ]


def test_a_manager_who_owns_the_new_incident_hears_both() -> None:
    room = Room(an_admin(7))
    room.source.put_incident(1, owner_id=7)
    room.tell()
    assert room.heard() == ["incident_created", "incident_notification"]


def test_an_incident_update_goes_to_its_owner_and_to_watchers_who_may_see_it() -> None:
    room = Room(an_analyst(1), an_analyst(2, "red"), an_analyst(3), an_admin())
    for who in (1, 2):
        room.listeners[who].subscriber.watch(1)
    room.source.put_incident(1, owner_id=1, sights=frozenset({("red", None)}))
    room.tell()
    for who in range(4):
        room.heard(who)
    room.source.put_incident(1)
    room.tell()
    assert [room.heard(who) for who in range(4)] == [
        ["incident_updated"],
        ["incident_updated"],
        [],
        [],
    ]


def test_who_had_an_incident_hears_that_it_was_handed_over_and_then_no_more_of_it() -> None:
    room = Room(an_analyst(1), an_analyst(2), an_analyst(3))
    room.source.put_incident(1, owner_id=1, sights=frozenset({(None, None)}))
    room.tell()
    room.source.put_incident(1, owner_id=2)
    room.tell()
    assert [room.heard(who) for who in range(3)] == [
        ["incident_created", "incident_updated"],
        ["incident_updated"],
        [],
    ]
    room.source.put_incident(1)
    room.tell()
    assert [room.heard(who) for who in range(3)] == [[], ["incident_updated"], []]


def test_who_had_an_incident_and_may_not_see_it_now_hears_nothing() -> None:
    room = Room(an_analyst(1))
    room.source.put_incident(1, owner_id=1)
    room.tell()
    room.heard()
    room.source.put_incident(1, owner_id=2)
    room.tell()
    assert room.heard() == []


def test_nobody_hears_of_an_event_whose_row_could_not_be_read() -> None:
    room = Room(an_admin())
    room.source.put_alert(1)
    del room.source.alert_rows[1]
    room.source.put_alert(2)
    room.tell()
    assert [frame["data"]["id"] for frame in room.listeners[0].outlet.frames] == [2]


@pytest.mark.parametrize("assignee", [1, 2])
def test_an_alert_of_another_team_is_told_to_whom_it_is_assigned(assignee: int) -> None:
    room = Room(an_analyst(1, "red"))
    room.source.put_alert(1, team="blue", assigned_analyst_id=assignee)
    room.tell()
    assert room.heard() == (["new_alert"] if assignee == 1 else [])
