"""What an action on many alerts is about, and what is said of what came of it."""

from typing import Any

import pytest

from ir_client.wire.alerts import AlertUpdate
from ir_client.wire.auth import UserRef
from ir_client.wire.bulk import BulkUpdateReport, BulkUpdateResult
from ir_console.model.bulk import (
    ALERTS_AT_ONCE,
    BulkPlan,
    parts_of,
    plan_bulk,
    results_of,
    sum_up_bulk,
)
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
    toast = sum_up_bulk(
        "status → Triaged", results_of([1, 2], report(n1="updated", n2="unchanged"))
    )
    assert (toast.tone, toast.headline) == (Tone.OK, "✓ 2 alerts: status → Triaged")


def test_what_failed_is_said_by_reason() -> None:
    told = report(n1="updated", n2="changed_since", n3="forbidden", n4="forbidden")
    results = results_of([1, 2, 3, 4], told)
    assert [one.alert_id for one in results if one.is_done] == [1]
    toast = sum_up_bulk("closed", results)
    assert toast.headline == "✗ 1 of 4 alerts: closed"
    reasons = "2 not yours to change · 1 changed by someone else meanwhile"
    assert toast.detail.startswith(reasons)


def test_alert_that_the_server_does_not_mention_is_not_done() -> None:
    first, second = results_of([1, 2], report(n1="updated", n9="updated"))
    assert first.is_done
    assert (second.is_done, second.why) == (False, "not answered for")


def test_what_a_server_says_of_an_alert_is_made_safe() -> None:
    (result,) = results_of([1], report(n1="invalid"))
    assert result.why
    assert "\x1b" not in result.why


@pytest.mark.parametrize(("failed", "done"), [(0, [1, 2]), (1, [])])
def test_plain_server_tells_only_counts(failed: int, done: list[int]) -> None:
    told = BulkUpdateReport(success=not failed, updated_count=2 - failed, failed_count=failed)
    assert [one.alert_id for one in results_of([1, 2], told) if one.is_done] == done


def test_many_alerts_are_asked_for_in_parts_with_the_revisions_that_are_known() -> None:
    alerts = [(number, number if number % 2 else None) for number in range(ALERTS_AT_ONCE + 1)]
    first, second = parts_of(AlertUpdate(status="closed"), alerts)
    assert (len(first.alert_ids), second.alert_ids) == (ALERTS_AT_ONCE, (ALERTS_AT_ONCE,))
    assert first.expected[3] == 3
    assert 2 not in first.expected
