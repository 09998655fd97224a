"""Everything that can happen to the clients of a hub, for hypothesis to choose from."""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
)

from server_stub import access
from server_stub.access import AlertSight, Viewer
from server_stub.hub.frames import plain_message
from server_stub.hub.hub import Hub
from tests.support.protocol2_client import LIMITS, Client, SteppingSource, run_through
from tests.support.stream import (
    a_login,
    an_admin,
    an_analyst,
)

ALERT_IDS = st.integers(1, 6)
TEAMS = st.sampled_from([None, "red", "blue"])
ASSIGNEES = st.sampled_from([None, 1])
Changed = tuple[int, str | None, int | None]
CHANGES = st.lists(st.tuples(ALERT_IDS, TEAMS, ASSIGNEES), min_size=1, max_size=5)
VIEWERS = st.sampled_from([an_admin(), an_analyst(1), an_analyst(1, "red"), an_analyst(2, "blue")])


class Protocol2(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.source = SteppingSource()
        self.hub = Hub(self.source, limits=LIMITS, doorbell=asyncio.Event(), clock=lambda: self.now)
        self.sights: dict[tuple[int, int], AlertSight] = {}
        self.clients: list[Client] = []
        self.troubles: set[str] = set()
        self.turn: Coroutine[Any, Any, Any] | None = None
        self.guard: Coroutine[Any, Any, Any] | None = None

    def teardown(self) -> None:
        self.source.fails_with.clear()
        self._settle()
        for client in self.clients:
            viewer = self.source.standing[client.login]
            assert client.book == {
                one.id: one.version
                for one in self.source.alert_rows.values()
                if one.may_be_seen_by(viewer)
            }, "a final state was lost, or a removed alert was kept"
        for left in (self.turn, self.guard):
            if left is not None:
                left.close()

    @initialize(troubles=st.sets(st.sampled_from(["rights", "trims", "failures"])))
    def some_things_go_wrong(self, troubles: set[str]) -> None:
        self.troubles = troubles

    @rule(changes=CHANGES)
    def alerts_change(self, changes: list[Changed]) -> None:
        self._change(changes)

    def _change(self, changes: list[Changed]) -> None:
        for alert_id, team, assignee in changes:
            state = self.source.put_alert(alert_id, team=team, assigned_analyst_id=assignee)
            self.sights[alert_id, state.version] = state.sight

    @precondition(lambda self: len(self.clients) < 3)
    @rule(viewer=VIEWERS)
    def someone_starts(self, viewer: Viewer) -> None:
        login = a_login(len(self.clients))
        self.source.standing[login] = viewer
        client = Client(self, login)
        self.clients.append(client)
        client.connect()
        while client.opening is not None:
            client.go_on_opening()
        client.process(10)
        client.fetch()

    @precondition(lambda self: self.clients)
    @rule(data=st.data(), count=st.integers(0, 3))
    def a_line_is_cut_and_comes_back(self, data: st.DataObject, count: int) -> None:
        client = data.draw(st.sampled_from(self.clients))
        if client.is_connected:
            client.process(count)
            client.cut()
        client.connect()

    @precondition(lambda self: self.clients)
    @rule(data=st.data())
    def a_line_is_gone_for_a_while(self, data: st.DataObject) -> None:
        client = data.draw(st.sampled_from(self.clients))
        if client.is_connected:
            client.cut()

    @precondition(lambda self: self.clients)
    @rule(data=st.data(), count=st.integers(1, 4))
    def someone_reads(self, data: st.DataObject, count: int) -> None:
        client = data.draw(st.sampled_from(self.clients))
        if client.is_connected:
            client.process(count)

    @precondition(lambda self: self.clients)
    @rule(data=st.data())
    def someone_fetches(self, data: st.DataObject) -> None:
        client = data.draw(st.sampled_from(self.clients))
        if client.may_fetch:
            client.fetch()

    @precondition(lambda self: self.clients)
    @rule(data=st.data())
    def someone_is_answered(self, data: st.DataObject) -> None:
        client = data.draw(st.sampled_from(self.clients))
        if client.is_connected and client.opening is None:
            client.subscriber.tell(plain_message("pong", {}))
            self.hub.deliver(client.subscriber)

    @precondition(lambda self: self.clients)
    @rule(data=st.data(), reads=st.booleans())
    def someone_is_slow_or_goes_on(self, data: st.DataObject, reads: bool) -> None:
        data.draw(st.sampled_from(self.clients)).outlet.can_write = reads

    @precondition(lambda self: self.clients)
    @rule(
        data=st.data(),
        before=CHANGES,
        after=CHANGES,
        reads=st.integers(0, 3),
        breaks=st.booleans(),
        is_answered=st.booleans(),
    )
    def someone_falls_behind(
        self,
        data: st.DataObject,
        before: list[Changed],
        after: list[Changed],
        reads: int,
        breaks: bool,
        is_answered: bool,
    ) -> None:
        client = data.draw(st.sampled_from(self.clients))
        self._calm(client)
        client.outlet.can_write = False
        for changes in (before, after):
            self.mark(changes)
        if is_answered:
            client.subscriber.tell(plain_message("pong", {}))
        client.outlet.can_write = True
        self.hub.deliver(client.subscriber)
        client.process(reads)
        if breaks:
            client.cut()
            client.connect()

    @precondition(lambda self: self.clients and "rights" in self.troubles)
    @rule(data=st.data(), viewer=VIEWERS)
    def someones_rights_change(self, data: st.DataObject, viewer: Viewer) -> None:
        self.give_rights(data.draw(st.sampled_from(self.clients)), viewer)

    def give_rights(self, client: Client, viewer: Viewer) -> None:
        before = self.source.standing[client.login]
        if access.sight_key(replace(viewer, sight_changes=before.sight_changes)) != (
            access.sight_key(before)
        ):
            viewer = replace(viewer, sight_changes=before.sight_changes + 1)
            self.source.standing[client.login] = viewer

    @precondition(lambda self: self.clients and "rights" in self.troubles)
    @rule(data=st.data(), viewer=VIEWERS, changes=CHANGES, notices=st.booleans())
    def someone_fetches_by_rights_that_come_and_go(
        self, data: st.DataObject, viewer: Viewer, changes: list[Changed], notices: bool
    ) -> None:
        client = data.draw(st.sampled_from(self.clients))
        self._calm(client)
        self.mark(changes)
        client.subscriber.reset("lag")
        self.hub.deliver(client.subscriber)
        client.process(1_000)
        before = self.source.standing[client.login]
        self.give_rights(client, viewer)
        if notices:
            self.the_hub_looks_around()
        client.fetch()
        self.give_rights(client, before)

    @precondition(lambda self: self.clients and "rights" in self.troubles)
    @rule(data=st.data(), told=VIEWERS, fetched=VIEWERS, changes=CHANGES, reads=st.integers(0, 3))
    def someone_fetches_by_rights_that_the_connection_does_not_know(
        self,
        data: st.DataObject,
        told: Viewer,
        fetched: Viewer,
        changes: list[Changed],
        reads: int,
    ) -> None:
        client = data.draw(st.sampled_from(self.clients))
        self._calm(client)
        self.give_rights(client, told)
        self.the_hub_looks_around()
        self.hub.deliver(client.subscriber)
        client.process(1_000)
        client.outlet.can_write = False
        self.mark(changes)
        self.give_rights(client, fetched)
        if client.may_fetch:
            client.fetch()
        client.outlet.can_write = True
        self.hub.deliver(client.subscriber)
        client.process(reads)
        client.cut()

    @precondition(lambda self: any(client.opening for client in self.clients))
    @rule(data=st.data())
    def an_opening_goes_on(self, data: st.DataObject) -> None:
        data.draw(st.sampled_from([one for one in self.clients if one.opening])).go_on_opening()

    @precondition(lambda self: self.source.log and "trims" in self.troubles)
    @rule(data=st.data())
    def the_log_is_trimmed(self, data: st.DataObject) -> None:
        self.source.trim(data.draw(st.integers(0, len(self.source.log))))

    @rule(seconds=st.sampled_from([0.5, 3.0, 20.0]))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @precondition(lambda self: "failures" in self.troubles)
    @rule()
    def the_next_read_fails(self) -> None:
        self.source.fails_with.append(OSError("the disk is gone"))

    @rule(steps=st.integers(1, 8))
    def the_hub_goes_on(self, steps: int) -> None:
        for _ in range(steps):
            self._step()

    @rule(changes=CHANGES)
    def alerts_change_and_the_hub_marks_them(self, changes: list[Changed]) -> None:
        self.mark(changes)

    @rule()
    def the_hub_looks_around(self) -> None:
        async def look_around() -> None:
            await self.hub.check_rights()
            self.hub.beat()

        run_through(look_around())

    def _calm(self, client: Client) -> None:
        """Let one client come to where it has all and is told live."""
        self.now += 20.0
        self.source.fails_with.clear()
        if not client.is_connected:
            client.connect()
        while client.opening is not None:
            client.go_on_opening()
        client.outlet.can_write = True
        for _ in range(20):
            self._step()
        client.process(1_000)
        if client.may_fetch:
            client.fetch()

    def mark(self, changes: list[Changed]) -> None:
        self._change(changes)
        for _ in range(20):
            self._step()

    def _step(self) -> None:
        if self.turn is None:
            self.turn = self.hub.turn()
        try:
            self.turn.send(None)
        except (StopIteration, OSError):
            self.turn = None

    def _settle(self) -> None:
        for client in self.clients:
            if not client.is_connected:
                client.connect()
        for _ in range(60):
            self.now += 20.0
            self.the_hub_looks_around()
            for _ in range(12):
                self._step()
            for client in self.clients:
                client.outlet.can_write = True
                if client.opening is not None:
                    client.go_on_opening()
                client.process(1_000)
                if client.may_fetch:
                    client.fetch()
