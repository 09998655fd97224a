"""The promise of the stream, held against every order of things that hypothesis can think of.

Whatever is slow, fails or changes its rights: each connection that is still open has in the end
heard the last state of every alert that changed while it was there and that it may see; what
it heard never went back; it heard of nothing it may not see; and nothing grew without bound.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from server_stub.access import Viewer
from server_stub.domain.rate_limit import Rate
from server_stub.hub.hub import Hub
from server_stub.hub.limits import StreamLimits
from server_stub.hub.states import AlertState
from server_stub.hub.subscriber import Subscriber
from server_stub.security.principals import LoginId
from tests.support.stream import MemoryOutlet, MemorySource, a_login, an_admin, an_analyst

ALERT_IDS = st.integers(1, 5)
TEAMS = st.sampled_from([None, "red", "blue"])
ASSIGNEES = st.sampled_from([None, 1])
VIEWERS = st.sampled_from([an_admin(), an_analyst(1), an_analyst(1, "red"), an_analyst(2, "blue")])
MAX_BYTES = 300
LARGEST_RENDERING = 400

LIMITS = StreamLimits(
    broadcasts=Rate(per_second=2, burst=2), max_changes=4, max_rendered_bytes=MAX_BYTES
)


Answer = TypeVar("Answer")


def run_through(coroutine: Coroutine[Any, Any, Answer]) -> Answer:
    """Run what never waits for anything outside, without an event loop of its own."""
    while True:
        try:
            coroutine.send(None)
        except StopIteration as end:
            answer: Answer = end.value
            return answer


class Connection:
    """One subscriber, and what has to be true of it."""

    def __init__(self, login: LoginId, viewer: Viewer, *, joined_at: int, now: float) -> None:
        self.outlet = MemoryOutlet()
        self.subscriber = Subscriber(self.outlet, viewer, login=login, limits=LIMITS, now=now)
        self.subscriber.go_live()
        self.entitled_since = joined_at


class Stream(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.source = MemorySource()
        self.hub = Hub(self.source, limits=LIMITS, doorbell=asyncio.Event(), clock=lambda: self.now)
        self.connections: list[Connection] = []
        self.read_before: list[AlertState] = []

    def teardown(self) -> None:
        self._settle()
        for connection in self.connections:
            self._has_heard_every_final_state(connection)

    # What may happen

    @rule(alert_id=ALERT_IDS, team=TEAMS, assignee=ASSIGNEES)
    def an_alert_changes(self, alert_id: int, team: str | None, assignee: int | None) -> None:
        state = self.source.put_alert(alert_id, team=team, assigned_analyst_id=assignee)
        self.read_before.append(state)

    @precondition(lambda self: len(self.connections) < 4)
    @rule(viewer=VIEWERS)
    def someone_connects(self, viewer: Viewer) -> None:
        login = a_login(len(self.source.standing))
        self.source.standing[login] = viewer
        connection = Connection(login, viewer, joined_at=len(self.source.log), now=self.now)
        self.connections.append(connection)
        self.hub.join(connection.subscriber)

    @precondition(lambda self: self.connections)
    @rule(data=st.data())
    def someone_leaves(self, data: st.DataObject) -> None:
        connection = data.draw(st.sampled_from(self.connections))
        self.connections.remove(connection)
        self.hub.leave(connection.subscriber)

    @precondition(lambda self: self.connections)
    @rule(data=st.data(), reads=st.booleans())
    def someone_stops_or_goes_on_reading(self, data: st.DataObject, reads: bool) -> None:
        data.draw(st.sampled_from(self.connections)).outlet.can_write = reads

    @precondition(lambda self: self.connections)
    @rule(data=st.data(), viewer=VIEWERS)
    def someones_rights_change(self, data: st.DataObject, viewer: Viewer) -> None:
        connection = data.draw(st.sampled_from(self.connections))
        self.source.standing[connection.subscriber.login] = viewer
        connection.entitled_since = len(self.source.log)

    @rule(seconds=st.floats(0, 3))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @precondition(lambda self: self.source.log)
    @rule(data=st.data())
    def a_read_of_long_ago_comes_late(self, data: st.DataObject) -> None:
        """Commands read too; the state that they read may be older than what is known."""
        self.hub.renderings.offer(data.draw(st.sampled_from(self.read_before)))

    @rule()
    def the_next_look_fails(self) -> None:
        self.source.fails_with.append(OSError("the disk is gone"))

    @rule()
    def the_hub_takes_a_turn(self) -> None:
        self._turn()

    # What must be true

    @invariant()
    def nothing_grows_without_bound(self) -> None:
        assert self.hub.renderings.total_bytes <= MAX_BYTES + LARGEST_RENDERING

    @invariant()
    def nothing_that_was_told_goes_back(self) -> None:
        for connection in self.connections:
            for alert_id in range(1, 6):
                told = connection.outlet.told_of(alert_id)
                assert told == sorted(told)

    @invariant()
    def nobody_hears_of_a_change_that_they_may_not_see(self) -> None:
        for connection in self.connections:
            for frame in connection.outlet.frames:
                self._was_visible(connection, frame["data"])

    def _was_visible(self, connection: Connection, alert: dict[str, Any]) -> None:
        seq = next(
            event.seq
            for event in self.source.log
            if (event.alert_id, event.revision) == (alert["id"], alert["revision"])
        )
        if seq <= connection.entitled_since:
            return  # told, perhaps, under the rights that it had before
        viewer = self.source.standing[connection.subscriber.login]
        team, assignee = alert.get("team"), alert.get("assigned_analyst_id")
        assert (
            viewer.sees_everything
            or team is None
            or team in viewer.teams
            or assignee == viewer.user_id
        )

    def _turn(self) -> bool:
        try:
            return run_through(self.hub.turn())
        except OSError:
            return True

    def _settle(self) -> None:
        for connection in self.connections:
            connection.outlet.can_write = True
        for _ in range(60):
            self.now += 1.0
            self._turn()

    def _has_heard_every_final_state(self, connection: Connection) -> None:
        if connection.outlet.closed_with is not None:
            return  # it knows that it has to fetch what it missed
        viewer = self.source.standing[connection.subscriber.login]
        for alert_id, state in self.source.alert_rows.items():
            last_change = max(e.seq for e in self.source.log if e.alert_id == alert_id)
            if last_change > connection.entitled_since and state.may_be_seen_by(viewer):
                assert connection.outlet.told_of(alert_id)[-1:] == [state.version]


TestStream = Stream.TestCase
TestStream.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)
