"""Both versions of an alert that someone else changed first, and who that was."""

from typing import Any

from ir_client.wire.alerts import Actor, Alert, AlertUpdate, Change, TimelineEntry
from ir_client.wire.auth import UserRef
from ir_console.model.conflicts import (
    Conflict,
    Version,
    describe_conflict,
    shown_fields,
    version_lines,
)
from ir_console.model.decisions import wanted_fields
from ir_console.model.spans import Span, width_of
from tests.support.builders import NOON, an_alert

LEE = UserRef(id=8, username="lee")


def entry(number: int, name: str, status: str) -> TimelineEntry:
    return TimelineEntry(
        id=number,
        alert_id=1,
        at=NOON,
        actor=Actor(kind="user", name=name),
        action="updated",
        changes={"status": Change(before="new", after=status)},
        revision=number,
    )


def conflict(
    before: Alert, current: Alert, *, entries: list[TimelineEntry] | None = None, **wanted: Any
) -> Conflict:
    return describe_conflict(
        "status → Triaged",
        seen=shown_fields(before),
        revision=before.revision,
        wanted=wanted_fields(AlertUpdate(**wanted)),
        current=current,
        entries=entries,
    )


def test_who_changed_what_since_is_told_and_what_was_before_is_not() -> None:
    told = conflict(
        an_alert(revision=1),
        an_alert(revision=2, status="closed"),
        entries=[entry(1, "old", "triaged"), entry(2, "lee", "closed")],
    )
    assert told.others == ("12:00:00Z  lee: status New → Closed",)


def test_both_versions_stand_beside_each_other() -> None:
    told = conflict(
        an_alert(revision=1),
        an_alert(revision=2, status="contained", assigned_analyst=LEE, assigned_analyst_id=8),
        status="triaged",
    )
    assert told.versions == (
        Version("status", "New", "Triaged", "Contained"),
        Version("owner", "–", None, "lee"),
    )
    assert next(line for line in version_lines(told) if "status" in line).split() == [
        "status",
        "New",
        "Triaged",
        "Contained",
    ]


def test_what_is_to_be_emptied_is_wanted_too() -> None:
    told = conflict(
        an_alert(assigned_analyst=LEE, assigned_analyst_id=8),
        an_alert(status="triaged", assigned_analyst=LEE, assigned_analyst_id=8),
        assigned_analyst_id=None,
    )
    assert Version("owner", "lee", "–", "lee") in told.versions


def test_values_of_an_attacker_neither_act_nor_move_the_columns() -> None:
    told = conflict(an_alert(), an_alert(incident_id="\x1b[2J" + "界" * 40), status="triaged")
    lines = list(version_lines(told))
    assert not any("\x1b" in line for line in lines)
    assert {width_of([Span(line)]) for line in lines} == {54}
