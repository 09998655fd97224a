"""What an action on many alerts is about, and what is said of what came of it."""

from typing import Any

import pytest

from ir_client.wire.auth import UserRef
from ir_client.wire.bulk import BulkUpdateReport, BulkUpdateResult
from ir_console.model.bulk import BulkPlan, plan_bulk, sum_up_bulk
from ir_console.model.rows import Row
from ir_console.model.spans import Tone
from ir_console.model.triage import Action
from tests.support.builders import a_user
from tests.support.rows import a_row

ME = a_user(id=7)
LEE = UserRef(id=8, username="lee")


def plan(action: Action, *rows: Row, hidden: tuple[Row, ...] = (), busy: Any = ()) -> BulkPlan:
    return plan_bulk(action, visible=rows, hidden=hidden, me=ME, pending=busy)


def ids(rows: tuple[Row, ...]) -> list[int]:
    return [row.id for row in rows]


def test_hidden_marks_are_left_out_unless_chosen() -> None:
    made = plan(Action.STATUS, a_row(1), a_row(2), hidden=(a_row(3),))
    assert ids(made.rows(with_hidden=False)) == [1, 2]
    assert ids(made.rows(with_hidden=True)) == [1, 2, 3]


@pytest.mark.parametrize(
    ("action", "fields", "reason"),
    [
        (Action.TAKE, {"assigned_analyst_id": 7}, "yours already"),
        (Action.TAKE, {"assigned_analyst_id": 8, "assigned_analyst": LEE}, "with someone else"),
        (Action.CLOSE, {"status": "closed"}, "closed already"),
    ],
)
def test_what_cannot_be_done_is_left_out_and_counted(
    action: Action, fields: dict[str, Any], reason: str
) -> None:
    made = plan(action, a_row(1), a_row(2, **fields), a_row(3, **fields))
    assert ids(made.visible) == [1]
    assert made.left_out == (f"2 left out: {reason}",)


def test_alert_with_a_change_on_its_way_is_left_out() -> None:
    assert ids(plan(Action.STATUS, a_row(1), a_row(2), busy={2}).visible) == [1]


def report(**status_by_id: str) -> BulkUpdateReport:
    results = tuple(
        BulkUpdateResult(id=int(key[1:]), status=status, error="no\x1b[2J such tag")
        for key, status in status_by_id.items()
    )
    return BulkUpdateReport(results=results)


def test_all_done_is_one_short_message() -> None:
    result = sum_up_bulk("status → Triaged", [1, 2], report(n1="updated", n2="unchanged"))
    assert result.done == {1, 2}
    assert (result.toast.tone, result.toast.headline) == (
        Tone.OK,
        "✓ 2 alerts: status → Triaged",
    )


def test_what_failed_is_said_by_reason_and_not_done() -> None:
    told = report(n1="updated", n2="changed_since", n3="forbidden", n4="forbidden")
    result = sum_up_bulk("closed", [1, 2, 3, 4], told)
    assert result.done == {1}
    assert result.toast.headline == "✗ 1 of 4 alerts: closed"
    assert result.toast.detail == (
        "2 not yours to change · 1 changed by someone else meanwhile. 3 alerts still marked."
    )


def test_alert_that_the_server_does_not_mention_is_not_done() -> None:
    result = sum_up_bulk("closed", [1, 2], report(n1="updated", n9="updated"))
    assert result.done == {1}
    assert "1 not answered for" in result.toast.detail


def test_what_a_server_says_of_an_alert_is_made_safe() -> None:
    result = sum_up_bulk("closed", [1], report(n1="invalid"))
    assert result.toast.tone is Tone.ERROR
    assert "\x1b" not in result.toast.detail


@pytest.mark.parametrize(("failed", "done"), [(0, {1, 2}), (1, set())])
def test_plain_server_tells_only_counts(failed: int, done: set[int]) -> None:
    told = BulkUpdateReport(success=not failed, updated_count=2 - failed, failed_count=failed)
    assert sum_up_bulk("closed", [1, 2], told).done == done
