from typing import Any

import pytest

from ir_client.wire.alerts import AlertUpdate
from server_stub.domain.changes import plan_change
from server_stub.domain.clocks import instant
from server_stub.errors import Invalid
from tests.support.builders import NOON, an_alert

NOW = instant(NOON)


def changes(alert_fields: dict[str, Any], **update: Any) -> Any:
    return plan_change(an_alert(**alert_fields), AlertUpdate(**update), now=NOW)


def test_only_what_differs_changes() -> None:
    change = changes({"status": "new", "tags": ["a"]}, status="new", tags=["a"], team="blue")
    assert set(change.timeline) == {"team"}
    assert change.columns == {"team": "blue"}


def test_saying_what_is_so_changes_nothing() -> None:
    assert not changes({"severity": "high"}, severity="high")
    assert not changes({}, notification_deadline=None)


def test_the_timeline_says_before_and_after() -> None:
    (change,) = changes({"status": "new"}, status="triaged").timeline.values()
    assert (change.before, change.after) == ("new", "triaged")


def test_a_new_status_moves_the_clocks() -> None:
    assert changes({}, status="contained").columns["containment_at"] == NOW


def test_a_new_severity_moves_its_rank() -> None:
    assert changes({}, severity="critical").columns["severity_rank"] == 0


def test_null_clears_what_may_be_empty() -> None:
    change = changes(
        {"assigned_analyst_id": 3, "team": "blue"}, assigned_analyst_id=None, team=None
    )
    assert change.columns == {"assigned_analyst_id": None, "team": None}


@pytest.mark.parametrize(
    "field",
    ["status", "severity", "false_positive", "requires_notification", "enrichment_data", "tags"],
)
def test_null_is_refused_where_a_value_is_needed(field: str) -> None:
    with pytest.raises(Invalid, match="May not be empty"):
        changes({}, **{field: None})


def test_the_false_positive_flag_becomes_the_status() -> None:
    assert changes({}, false_positive=True).columns["status"] == "false_positive"


def test_the_flag_may_say_what_the_status_says() -> None:
    assert not changes({"status": "triaged"}, false_positive=False)
    change = changes({"status": "false_positive"}, false_positive=False, status="triaged")
    assert change.columns["status"] == "triaged"


@pytest.mark.parametrize(
    "update",
    [{"false_positive": True, "status": "closed"}, {"false_positive": False}],
)
def test_a_flag_against_the_status_is_refused(update: dict[str, Any]) -> None:
    with pytest.raises(Invalid, match="Contradicts"):
        changes({"status": "false_positive"}, **update)


def test_an_alert_cannot_be_put_into_a_team_without_a_name() -> None:
    with pytest.raises(Invalid, match="null for none"):
        changes({}, team="")
