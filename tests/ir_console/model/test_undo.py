"""How what was done is taken back, and when it must not be."""

from dataclasses import dataclass, field
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ir_client.wire.alerts import AlertUpdate
from ir_console.model.undo import (
    Before,
    Deed,
    Reversal,
    UndoLog,
    grouped,
    reversal_between,
    reversal_of,
)
from tests.support.builders import an_alert

STATUSES = ("new", "triaged", "investigating", "contained")


def test_inverse_sets_what_was_there_and_nothing_else() -> None:
    before = an_alert(revision=4, status="new", disposition_reason="an old one")
    after = an_alert(revision=5, status="closed", disposition="benign")
    made = reversal_between(before, after, ["status", "disposition"])
    assert made is not None
    assert made.update.model_dump(exclude_unset=True) == {"status": "new", "disposition": None}
    assert (made.revision, made.seen) == (5, 4)


def test_change_that_changed_nothing_has_no_inverse() -> None:
    alert = an_alert(revision=4)
    assert reversal_between(alert, alert, ["status", "incident_id"]) is None


def test_status_that_this_version_may_not_write_has_no_inverse() -> None:
    before = Before.of(an_alert(status="parked"))
    assert reversal_of(before, {"status": "closed"}, 2) is None


def test_plain_server_tells_only_whether_the_fields_still_say_it() -> None:
    made = Reversal(1, {"status": "new"}, {"status": "closed"})
    assert made.is_untouched(an_alert(status="closed", title="renamed"))
    assert not made.is_untouched(an_alert(status="contained"))


def test_alerts_that_were_alike_are_put_back_together() -> None:
    reversals = [
        Reversal(number, {"status": status, "disposition": None}, {})
        for number, status in enumerate(("new", "triaged", "new"))
    ]
    assert [
        (update.status, [one.alert_id for one in members]) for update, members in grouped(reversals)
    ] == [("new", [0, 2]), ("triaged", [1])]


def test_only_the_newest_deeds_are_remembered() -> None:
    log = UndoLog()
    for number in range(150):
        log.note(Deed(str(number)))
    assert (len(log), log.newest) == (100, Deed("149"))


@dataclass
class World:
    """A server with two alerts, an analyst with an undo log, and every change ever made.

    The naive model: a change of ours may be taken back while everything after it, of that alert
    and by a person, is ours and taken back itself, or took back.
    """

    status: dict[int, str] = field(default_factory=lambda: {1: "new", 2: "new"})
    revision: dict[int, int] = field(default_factory=lambda: {1: 1, 2: 1})
    human: dict[int, int] = field(default_factory=lambda: {1: 0, 2: 0})
    log: UndoLog = field(default_factory=UndoLog)
    history: list[dict[str, Any]] = field(default_factory=list)

    def step(self, what: str, alert_id: int, status: str) -> None:
        match what:
            case "ours":
                self.do_ours(alert_id, status)
            case "theirs":
                self.write(alert_id, status, "theirs")
            case "machine":
                self.revision[alert_id] += 1
            case "undo":
                self.undo()

    def write(self, alert_id: int, status: str, who: str) -> dict[str, Any]:
        entry = {
            "alert": alert_id,
            "who": who,
            "before": self.status[alert_id],
            "is_undone": False,
        }
        self.status[alert_id] = status
        self.revision[alert_id] += 1
        self.human[alert_id] = self.revision[alert_id]
        self.history.append(entry)
        return entry

    def do_ours(self, alert_id: int, status: str) -> None:
        before = Before.of(
            an_alert(id=alert_id, status=self.status[alert_id], revision=self.revision[alert_id])
        )
        if status == self.status[alert_id]:
            return
        entry = self.write(alert_id, status, "ours")
        made = reversal_of(before, {"status": status}, self.revision[alert_id])
        assert made is not None
        self.log.note(Deed(str(len(self.history) - 1), (made,)))
        entry["deed"] = True

    def undo(self) -> None:
        deed = self.log.newest
        if deed is None:
            return
        self.log.drop_newest()
        (reversal,) = deed.reversals
        place = int(deed.words)
        entry = self.history[place]
        later = [one for one in self.history[place + 1 :] if one["alert"] == reversal.alert_id]
        is_ours_alone = all(
            one["who"] == "undo" or (one["who"] == "ours" and one["is_undone"]) for one in later
        )
        alert_id = reversal.alert_id
        is_accepted = self.human[alert_id] <= (reversal.revision or 0)
        assert not is_accepted or is_ours_alone, "someone else's change would be overwritten"
        if self.machine_free:
            assert is_accepted == is_ours_alone, "it could have been taken back"
        if is_accepted:
            wanted = reversal.update.status
            assert wanted == entry["before"]
            self.write(alert_id, wanted or "", "undo")
            entry["is_undone"] = True
            self.log.settle(deed.reversals, {alert_id: self.revision[alert_id]})
            assert self.status[alert_id] == entry["before"]

    machine_free: bool = True


steps = st.tuples(
    st.sampled_from(("ours", "ours", "theirs", "undo", "undo")),
    st.sampled_from((1, 2)),
    st.sampled_from(STATUSES),
)
steps_with_machines = st.tuples(
    st.sampled_from(("ours", "ours", "theirs", "machine", "undo", "undo")),
    st.sampled_from((1, 2)),
    st.sampled_from(STATUSES),
)


@given(st.lists(steps, max_size=30))
def test_undo_takes_back_all_that_is_ours_alone_and_nothing_of_others(
    taken: list[tuple[str, int, str]],
) -> None:
    world = World()
    for step in taken:
        world.step(*step)


@given(st.lists(steps_with_machines, max_size=30))
def test_machines_never_make_undo_overwrite_a_person(taken: list[tuple[str, int, str]]) -> None:
    world = World(machine_free=False)
    for step in taken:
        world.step(*step)


def test_inverse_is_an_update_that_a_server_takes() -> None:
    taken = Reversal(
        1, {"status": "new", "assigned_analyst_id": None, "incident_id": None}, {}
    ).update
    assert taken.model_fields_set == {"status", "assigned_analyst_id", "incident_id"}
    assert isinstance(taken, AlertUpdate)
