"""Protocol 2 held against every order of things that hypothesis can think of.

Cuts at any frame, trims, rights that change and change back, slow readers, failing reads, answers
between the changes, and every interleaving of a resume and of the client's fetches with the hub's
own reading. Three invariants: in the end each client holds exactly the last
state of every alert that it may see, whether it was told, replayed or had to fetch after a reset;
no frame holds data of an alert that its reader may not see; revisions never go back.
"""

import asyncio
import json
from collections.abc import Callable, Collection, Coroutine, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from server_stub import access
from server_stub.access import AlertSight, Viewer
from server_stub.domain.backlog import Backlog, Change, Subject
from server_stub.domain.rate_limit import Rate
from server_stub.domain.resume import epoch_for, resumable
from server_stub.hub import subscriber as subscriber_module
from server_stub.hub.frames import plain_message
from server_stub.hub.hub import Hub
from server_stub.hub.limits import StreamLimits
from server_stub.hub.replay import Replay
from server_stub.hub.sequenced import SequencedSubscriber
from server_stub.hub.states import AlertState
from server_stub.security.principals import LoginId
from server_stub.storage.events import LogEvent
from tests.support.stream import (
    MemoryOutlet,
    MemorySource,
    a_login,
    an_admin,
    an_analyst,
    frames_in,
    payload_of,
)

ALERT_IDS = st.integers(1, 6)
TEAMS = st.sampled_from([None, "red", "blue"])
ASSIGNEES = st.sampled_from([None, 1])
Changed = tuple[int, str | None, int | None]
CHANGES = st.lists(st.tuples(ALERT_IDS, TEAMS, ASSIGNEES), min_size=1, max_size=5)
VIEWERS = st.sampled_from([an_admin(), an_analyst(1), an_analyst(1, "red"), an_analyst(2, "blue")])
LIMITS = StreamLimits(
    broadcasts=Rate(per_second=2, burst=2),
    max_changes=4,
    max_batch_events=2,
    max_rendered_bytes=300,
)
LOG = "log"


def run_through(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run what only waits for a moment, to its end."""
    try:
        while True:
            coroutine.send(None)
    except StopIteration:
        return


class SteppingSource(MemorySource):
    """Every read takes a moment before and after it sees what is there."""

    async def head(self) -> int:
        await asyncio.sleep(0)
        return await super().head()

    async def read_after(self, seq: int, limit: int) -> list[LogEvent]:
        await asyncio.sleep(0)
        read = await super().read_after(seq, min(limit, 3))
        await asyncio.sleep(0)
        return read

    async def alerts(self, ids: Collection[int]) -> list[AlertState]:
        read = await super().alerts(ids)
        await asyncio.sleep(0)
        return read

    async def sights(self, ids: Collection[int]) -> Mapping[int, AlertSight]:
        read = await super().sights(ids)
        await asyncio.sleep(0)
        return read


class CheckingOutlet(MemoryOutlet):
    """Looks at each frame in the moment in which it is written."""

    def __init__(self, client: "Client") -> None:
        super().__init__()
        self._client = client
        self._told: dict[int, int] = {}
        self._seq = 0

    def write(self, data: bytes) -> None:
        super().write(data)
        for frame in frames_in(data):
            self._check(json.loads(payload_of(frame)))

    def _check(self, frame: dict[str, Any]) -> None:
        assert frame["seq"] >= self._seq, "a position went back"
        self._seq = frame["seq"]
        for event in events_of(frame):
            self._check_event(event)

    def _check_event(self, event: Mapping[str, Any]) -> None:
        viewer, data = self._client.subscriber.viewer, event["data"]
        sights = self._client.world.sights
        if event["type"] == "alert_removed":
            assert any(
                sees(viewer, sight) for (one, _), sight in sights.items() if one == data["id"]
            ), "word of an alert that was never visible"
        else:
            assert sees(viewer, sights[data["id"], data["revision"]]), "data of a hidden alert"
        assert data["revision"] >= self._told.get(data["id"], 0), "a revision went back"
        self._told[data["id"]] = data["revision"]


def sees(viewer: Viewer, sight: AlertSight) -> bool:
    return access.sees_alert(viewer, team=sight[0], assigned_analyst_id=sight[1])


def events_of(frame: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    if frame["type"] == "batch":
        assert 2 <= len(frame["data"]["events"]) <= 100
        return list(frame["data"]["events"])
    return [frame] if frame["type"] in ("new_alert", "alert_updated", "alert_removed") else []


class Client:
    """What a right client does: process frames in order, keep its position, fetch on a reset."""

    def __init__(self, world: "Protocol2", login: LoginId) -> None:
        self.world = world
        self.login = login
        self.book: dict[int, int] = {}
        self.epoch: str | None = None
        self.line_epoch: str | None = None
        self.seq = 0
        self.has_to_fetch = True
        self.is_connected = False
        self.opening: Coroutine[Any, Any, None] | None = None
        self.outlet: CheckingOutlet
        self.subscriber: SequencedSubscriber
        self._processed = 0

    def connect(self) -> None:
        world = self.world
        self.outlet, self._processed, self.line_epoch = CheckingOutlet(self), 0, None
        self.subscriber = SequencedSubscriber(
            self.outlet,
            world.source.standing[self.login],
            login=self.login,
            limits=LIMITS,
            now=world.now,
            log_epoch=LOG,
        )
        self.is_connected = True
        world.hub.join(self.subscriber)
        self.opening = self._open()

    async def _open(self) -> None:
        """As the endpoint does: register, catch up, go live."""
        hub, subscriber = self.world.hub, self.subscriber
        replay: Replay | str | None = None
        if self.has_to_fetch:
            hub.begin(subscriber)
        else:
            since = resumable(
                self.epoch,
                str(self.seq),
                log_epoch=LOG,
                sight_key=access.sight_key(subscriber.viewer),
            )
            if isinstance(since, int):
                replay = await hub.resume(subscriber, since=since)
            else:
                hub.begin(subscriber)
                replay = since
        refusal = None if isinstance(replay, Replay) else replay
        mode = "live" if refusal is None else "reset"
        subscriber.tell(plain_message("hello", {"epoch": subscriber.epoch, "mode": mode}))
        hub.deliver(subscriber)
        await asyncio.sleep(0)
        subscriber.tell(plain_message("initial_data", {}))
        if refusal is not None:
            subscriber.reset(refusal)
        subscriber.go_live()
        hub.deliver(subscriber)
        if isinstance(replay, Replay):
            await replay.finish()

    def go_on_opening(self) -> None:
        assert self.opening is not None
        try:
            self.opening.send(None)
        except StopIteration:
            self.opening = None
        except OSError:
            self.cut()

    def cut(self) -> None:
        if self.opening is not None:
            self.opening.close()
            self.opening = None
        self.is_connected, self.line_epoch = False, None
        self.world.hub.leave(self.subscriber)

    def process(self, count: int) -> None:
        frames = self.outlet.frames[self._processed :][:count]
        self._processed += len(frames)
        for frame in frames:
            for event in events_of(frame):
                self._apply(event)
            if frame["type"] in ("hello", "reset"):
                self.line_epoch = frame["data"]["epoch"]
                self.has_to_fetch |= frame["type"] == "reset" or frame["data"]["mode"] == "reset"
            if not self.has_to_fetch:
                self.go_on_from(frame["seq"])

    def go_on_from(self, seq: int) -> None:
        """Resume after this frame, also when the snapshot's position was higher.

        Such a frame may show an alert that the snapshot knows to be gone; its removal comes after
        the frame, and only from there is it told again.
        """
        self.seq = seq

    def _apply(self, event: Mapping[str, Any]) -> None:
        alert_id, revision = event["data"]["id"], event["data"]["revision"]
        if revision < self.book.get(alert_id, 0):
            return
        if event["type"] == "alert_removed":
            self.book.pop(alert_id, None)
        else:
            self.book[alert_id] = revision

    def fetch(self) -> None:
        """The snapshot by REST, with its position.

        On a connection that tells by other rights it is told in a moment that these are new: until
        then its frames are no part of what this snapshot shows.
        """
        source = self.world.source
        viewer = source.standing[self.login]
        self.book = {
            one.id: one.version for one in source.alert_rows.values() if one.may_be_seen_by(viewer)
        }
        self.go_on_with(epoch_for(LOG, access.sight_key(viewer)), seq=len(source.log))
        self.has_to_fetch = False

    def go_on_with(self, epoch: str, *, seq: int) -> None:
        """Resume by the rights of the connection, also if the snapshot was read by newer ones."""
        self.epoch, self.seq = self.line_epoch or epoch, seq

    @property
    def may_fetch(self) -> bool:
        """Whether a snapshot would be of use: not before it is known what it is to go with."""
        return self.has_to_fetch and (self.line_epoch is not None or not self.is_connected)


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


MANY = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestProtocol2 = Protocol2.TestCase
TestProtocol2.settings = MANY


class NewestSeqBacklog(Backlog):
    """The mutant: a frame says the newest change inside it, not the oldest that still waits."""

    def __init__(self, *, max_changes: int, max_answer_bytes: int) -> None:
        super().__init__(max_changes=max_changes, max_answer_bytes=max_answer_bytes)
        self._newest: dict[Subject, int] = {}
        self._taken = 0

    def mark(self, subject: Subject, change: Change) -> bool:
        self._newest[subject] = change.seq
        return super().mark(subject, change)

    def done(self, subject: Subject) -> None:
        self._taken = max(self._taken, self._newest.get(subject, 0))
        super().done(subject)

    def position(self, read_through: int) -> int:
        return self._taken if len(self) else read_through


@pytest.mark.prove
def test_the_seq_of_the_newest_change_in_a_frame_loses_final_states(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(subscriber_module, "Backlog", NewestSeqBacklog)
    with pytest.raises(AssertionError, match="a final state was lost"):
        run_state_machine_as_test(
            Protocol2,
            settings=settings(
                MANY,
                max_examples=1_000,
                derandomize=True,
                phases=(Phase.generate,),
                database=None,
            ),
        )


def a_life_of(viewer: Viewer) -> tuple[Protocol2, Client]:
    """One client, connected and up to date."""
    life, login = Protocol2(), a_login()
    life.source.standing[login] = viewer
    client = Client(life, login)
    life.clients.append(client)
    client.connect()
    while client.opening is not None:
        client.go_on_opening()
    client.process(10)
    client.fetch()
    return life, client


def an_old_frame_after_the_snapshot() -> None:
    """A frame on its way shows an alert that is gone by the time of the snapshot; then a cut."""
    life, client = a_life_of(an_analyst(1, "red"))
    life.mark([(1, "red", None)])
    client.outlet.can_write = False
    life.mark([(1, "blue", None)])
    client.fetch()
    client.process(1)
    client.cut()
    life.teardown()


def test_a_frame_that_is_older_than_the_snapshot_takes_the_position_back() -> None:
    an_old_frame_after_the_snapshot()


def test_the_higher_of_snapshot_and_frame_keeps_a_removed_alert(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def highest(client: Client, seq: int) -> None:
        client.seq = max(client.seq, seq)

    monkeypatch.setattr(Client, "go_on_from", highest)
    with pytest.raises(AssertionError, match="a removed alert was kept"):
        an_old_frame_after_the_snapshot()


def a_snapshot_by_rights_that_the_connection_does_not_know() -> None:
    """Rights change, and change again before the snapshot: red is told, blue is fetched."""
    life, client = a_life_of(an_analyst(1))
    life.give_rights(client, an_analyst(1, "red"))
    life.the_hub_looks_around()
    client.process(10)
    client.outlet.can_write = False
    life.mark([(1, "red", None)])
    life.give_rights(client, an_analyst(1, "blue"))
    client.fetch()
    client.outlet.can_write = True
    life.hub.deliver(client.subscriber)
    client.process(10)
    client.cut()
    life.teardown()


def a_snapshot_by_rights_that_came_and_went() -> None:
    """The hub looks before and after a time of other rights, in which the client fetches."""
    life, client = a_life_of(an_analyst(1, "red"))
    life.mark([(1, "red", None), (2, "blue", None)])
    client.subscriber.reset("lag")
    life.hub.deliver(client.subscriber)
    client.process(10)
    life.give_rights(client, an_analyst(1, "blue"))
    client.fetch()
    life.give_rights(client, an_analyst(1, "red"))
    life.teardown()


def an_answer_that_leaves_before_a_reset() -> None:
    """Too many changes wait for who reads nothing; an answer leaves, then the line is cut."""
    life, client = a_life_of(an_admin())
    client.outlet.can_write = False
    life.mark([(number, None, None) for number in range(1, 7)])
    client.subscriber.tell(plain_message("pong", {}))
    client.outlet.can_write = True
    life.hub.deliver(client.subscriber)
    client.process(1)
    client.cut()
    life.teardown()


LIVES = (
    a_snapshot_by_rights_that_the_connection_does_not_know,
    a_snapshot_by_rights_that_came_and_went,
    an_answer_that_leaves_before_a_reset,
)


@pytest.mark.parametrize("life", LIVES)
def test_what_was_found_to_go_wrong_goes_well(life: Callable[[], None]) -> None:
    life()


def test_a_position_by_the_rights_of_the_snapshot_keeps_what_is_hidden(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def by_the_snapshot(client: Client, epoch: str, *, seq: int) -> None:
        client.epoch, client.seq = epoch, seq

    monkeypatch.setattr(Client, "go_on_with", by_the_snapshot)
    with pytest.raises(AssertionError, match="a removed alert was kept"):
        a_snapshot_by_rights_that_the_connection_does_not_know()


def test_an_epoch_that_names_rights_and_not_their_time_keeps_what_is_hidden(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    named = access.sight_key
    monkeypatch.setattr(access, "sight_key", lambda viewer: named(replace(viewer, sight_changes=0)))
    with pytest.raises(AssertionError, match="a final state was lost"):
        a_snapshot_by_rights_that_came_and_went()


def test_a_position_that_goes_on_while_a_reset_waits_loses_final_states(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def goes_on(subscriber: SequencedSubscriber) -> int:
        return max(subscriber._position, subscriber._backlog.position(subscriber._read_through))

    monkeypatch.setattr(SequencedSubscriber, "position", property(goes_on))
    with pytest.raises(AssertionError, match="a final state was lost"):
        an_answer_that_leaves_before_a_reset()
