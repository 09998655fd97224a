"""What a connection of protocol 2 is told, and each reason for a reset that arises in the hub."""

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

import pytest

from server_stub.access import Viewer
from server_stub.hub import replay as replay_module
from server_stub.hub.frames import plain_message
from server_stub.hub.hub import Hub
from server_stub.hub.limits import StreamLimits
from server_stub.hub.replay import Replay
from server_stub.hub.sequenced import SequencedSubscriber
from tests.support.stream import MemoryOutlet, MemorySource, a_login, an_admin, an_analyst


def run_through(coroutine: Coroutine[Any, Any, Any]) -> Any:
    try:
        while True:
            coroutine.send(None)
    except StopIteration as end:
        return end.value


class Line:
    """A hub, and one client that may come back."""

    def __init__(self, viewer: Viewer | None = None, **limits: Any) -> None:
        self.now = 0.0
        self.source = MemorySource()
        self.source.standing[a_login()] = viewer or an_admin()
        self.limits = StreamLimits(**limits)
        self.hub = Hub(
            self.source, limits=self.limits, doorbell=asyncio.Event(), clock=lambda: self.now
        )
        run_through(self.hub.start())
        self.outlet = MemoryOutlet()
        self.subscriber: SequencedSubscriber

    def connect(self, since: int | None = None) -> str | None:
        """Open the line; why a resume was refused, if it was."""
        replay = self.begin_to_resume(since=since)
        if not isinstance(replay, Replay):
            return replay
        run_through(replay.finish())
        return None

    def begin_to_resume(self, since: int | None) -> Replay | str | None:
        """Open the line, and read no more of the log than that takes."""
        self.join()
        replay: Replay | str | None = None
        if since is None:
            self.hub.begin(self.subscriber)
        else:
            replay = run_through(self.hub.resume(self.subscriber, since=since))
        self.subscriber.go_live()
        self.hub.deliver(self.subscriber)
        return replay

    def join(self) -> None:
        self.outlet = MemoryOutlet()
        self.subscriber = SequencedSubscriber(
            self.outlet,
            self.source.standing[a_login()],
            login=a_login(),
            limits=self.limits,
            now=self.now,
            log_epoch="log",
        )
        self.hub.join(self.subscriber)

    def turn(self, times: int = 3) -> None:
        for _ in range(times):
            run_through(self.hub.turn())

    def heard(self) -> list[tuple[str, int]]:
        told = [(frame["type"], frame["seq"]) for frame in self.outlet.frames]
        self.outlet.written.clear()
        return told


def put(line: Line, *alert_ids: int, **fields: Any) -> None:
    for alert_id in alert_ids:
        line.source.put_alert(alert_id, **fields)


def test_one_change_is_a_frame_and_several_are_a_batch() -> None:
    line = Line()
    line.connect()
    put(line, 1)
    line.turn()
    put(line, 1, 2, 3)
    line.turn()
    assert line.heard() == [("new_alert", 1), ("batch", 4)]


def test_the_position_stays_before_what_still_waits() -> None:
    line = Line(max_batch_events=1)
    line.connect()
    line.outlet.can_write = False
    put(line, 1, 2, 3)
    put(line, 1)
    line.turn()
    line.outlet.can_write = True
    line.hub.deliver(line.subscriber)
    assert line.heard() == [("new_alert", 1), ("new_alert", 2), ("new_alert", 4)]


def test_what_is_said_before_a_reset_that_waits_does_not_pass_what_it_voids() -> None:
    # Who loses the line between the two frames resumes from the first, and hears of it all again.
    line = Line(max_changes=2)
    line.connect()
    line.outlet.can_write = False
    put(line, 1, 2, 3)
    line.turn()
    line.subscriber.tell(plain_message("pong", {}))
    line.outlet.can_write = True
    line.hub.deliver(line.subscriber)
    assert line.heard() == [("pong", 0), ("reset", 3)]


def test_changes_that_are_too_many_before_it_is_live_are_not_passed_by_the_snapshot() -> None:
    line = Line(max_changes=2)
    line.join()
    line.hub.begin(line.subscriber)
    put(line, 1, 2, 3)
    line.turn()
    line.subscriber.tell(plain_message("initial_data", {}))
    line.subscriber.go_live()
    line.hub.deliver(line.subscriber)
    assert line.heard() == [("initial_data", 0), ("reset", 3)]


def test_a_reset_says_by_which_rights_the_connection_goes_on() -> None:
    line = Line(an_analyst(1))
    line.connect()
    before = line.subscriber.epoch
    line.source.standing[a_login()] = an_analyst(1, "red")
    run_through(line.hub.check_rights())
    line.hub.deliver(line.subscriber)
    assert line.outlet.frames[-1]["data"] == {"reason": "access", "epoch": line.subscriber.epoch}
    assert line.subscriber.epoch != before


def test_other_rights_are_told_also_of_who_falls_behind() -> None:
    line = Line(an_analyst(1), max_changes=2)
    line.connect()
    line.outlet.can_write = False
    line.source.standing[a_login()] = an_analyst(1, "red")
    put(line, 1, 2, 3)
    line.turn()
    line.outlet.can_write = True
    line.hub.deliver(line.subscriber)
    assert [frame["data"]["reason"] for frame in line.outlet.frames] == ["access"]


def test_rights_that_were_lost_and_given_back_between_two_looks_are_other_rights() -> None:
    # What was fetched in between shows other alerts than the connection tells of.
    line = Line(an_analyst(1, "red"))
    line.connect()
    line.source.standing[a_login()] = replace(an_analyst(1, "red"), sight_changes=2)
    run_through(line.hub.check_rights())
    line.hub.deliver(line.subscriber)
    assert [kind for kind, _ in line.heard()] == ["reset"]


def test_who_falls_too_far_behind_is_reset_and_goes_on() -> None:
    line = Line(max_changes=2)
    line.connect()
    line.outlet.can_write = False
    put(line, 1, 2, 3)
    line.turn()
    line.outlet.can_write = True
    line.hub.deliver(line.subscriber)
    assert line.outlet.frames[0]["data"] == {"reason": "lag", "epoch": line.subscriber.epoch}
    put(line, 4)
    line.turn()
    assert line.heard()[-1] == ("new_alert", 4)
    assert line.outlet.closed_with is None


def test_more_changed_alerts_than_may_be_replayed_are_refused() -> None:
    line = Line(max_changes=2)
    put(line, 1, 2, 3)
    assert line.connect(since=0) == "too_many"
    assert line.connect(since=1) is None


def test_more_events_than_may_be_read_are_refused_unread() -> None:
    line = Line(max_replayed_events=5)
    put(line, *[1] * 6)
    assert line.connect(since=0) == "too_many"
    assert line.connect(since=1) is None


def test_a_position_beyond_the_log_or_before_what_is_left_of_it_is_refused() -> None:
    line = Line()
    put(line, 1, 2, 3)
    line.source.trim(2)
    assert line.connect(since=4) == "ahead"
    assert line.connect(since=1) == "trimmed"
    assert line.connect(since=2) is None
    assert line.connect(since=3) is None


def test_events_that_were_trimmed_before_they_were_told_are_a_reset() -> None:
    line = Line()
    line.connect()
    put(line, 1, 2, 3)
    line.source.trim(2)
    line.turn()
    assert line.outlet.frames[0]["data"]["reason"] == "trimmed"


def test_other_rights_are_a_reset_and_the_same_sight_is_not() -> None:
    line = Line(an_analyst(1, "red"))
    line.connect()
    line.source.standing[a_login()] = Viewer("user", "senior_analyst", frozenset({"red"}), 1)
    run_through(line.hub.check_rights())
    line.hub.deliver(line.subscriber)
    assert line.heard() == []
    line.source.standing[a_login()] = an_analyst(1, "blue")
    run_through(line.hub.check_rights())
    line.hub.deliver(line.subscriber)
    assert [kind for kind, _ in line.heard()] == ["reset"]


def test_a_state_that_is_older_than_what_was_missed_is_not_sent_for_it() -> None:
    """Nobody was there when the alert changed: the shared renderings hold what was before."""
    line = Line()
    line.connect()
    put(line, 1)
    line.turn()
    line.hub.leave(line.subscriber)
    put(line, 1)
    line.turn()
    line.connect(since=1)
    line.turn()
    assert line.outlet.told_of(1) == [2]
    assert line.heard() == [("alert_updated", 2), ("resumed", 2)]


def test_what_the_hub_knew_before_one_joined_is_told_by_its_own_event() -> None:
    """The hub read the state between two commits: it was told to those who were there, not here."""
    line = Line()
    line.connect()
    put(line, 1, 1)
    late = line.source.log.pop()
    line.turn()
    line.connect(since=1)
    line.source.log.append(late)
    line.turn()
    assert line.outlet.told_of(1) == [2]


def test_live_news_comes_after_the_end_of_the_replay() -> None:
    line = Line(max_batch_events=10)
    put(line, 1, 2)
    line.turn()
    line.connect(since=0)
    put(line, 3)
    line.turn()
    kinds = [kind for kind, _ in line.heard()]
    assert kinds == ["batch", "resumed", "new_alert"]


@pytest.mark.parametrize(("seconds", "expected"), [(14.0, []), (15.0, [("heartbeat", 1)])])
def test_a_heartbeat_says_how_far_the_log_went_when_nothing_else_did(
    seconds: float, expected: list[tuple[str, int]]
) -> None:
    line = Line(an_analyst(1, "red"))
    line.connect()
    put(line, 1, team="blue")
    line.turn()
    line.now = seconds
    line.hub.beat()
    line.hub.beat()
    assert line.heard() == expected


def test_a_batch_is_bounded_in_bytes_but_takes_one_alert_of_any_size() -> None:
    line = Line()
    line.connect()
    for alert_id in range(1, 5):
        put(line, alert_id, title="x" * 14_000)
    put(line, 5, title="x" * 100_000)
    line.turn()
    assert line.heard() == [("batch", 2), ("batch", 4), ("new_alert", 5)]


def test_what_was_read_leaves_before_the_rest_is_read_and_is_told_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(replay_module, "_EVENTS_A_READ", 2)
    line = Line()
    put(line, 1, 2, 3, 1)
    run_through(line.hub.turn())
    begun = line.begin_to_resume(since=0)
    assert isinstance(begun, Replay)
    assert (begun.head, line.subscriber.read_through) == (4, 2)
    line.turn()
    assert line.heard() == [("batch", 2)]
    run_through(begun.finish())
    line.turn()
    assert [frame["data"] for frame in line.outlet.frames if frame["type"] == "resumed"] == [
        {"recovered": 3}
    ]
    assert line.heard() == [("new_alert", 4), ("resumed", 4)]


def test_a_log_that_is_trimmed_while_it_is_replayed_is_a_reset(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(replay_module, "_EVENTS_A_READ", 2)
    line = Line()
    put(line, 1, 2, 3, 4, 5)
    begun = line.begin_to_resume(since=0)
    assert isinstance(begun, Replay)
    line.turn()
    line.source.trim(4)
    run_through(begun.finish())
    put(line, 6)
    line.turn()
    assert [kind for kind, _ in line.heard()] == ["batch", "reset", "new_alert"]


def test_who_may_have_missed_too_much_is_told_so_before_anything_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(replay_module, "_EVENTS_A_READ", 2)
    line = Line(max_changes=3)
    put(line, 1, 2, 1, 2, 1, 2, 3)
    begun = line.begin_to_resume(since=0)
    assert isinstance(begun, Replay)
    assert line.subscriber.read_through == 6  # one event and one place are left
    put(line, 4, 5)
    assert line.begin_to_resume(since=0) == "too_many"
