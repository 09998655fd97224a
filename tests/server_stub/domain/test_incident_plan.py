from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ir_client.wire.incidents import Incident, IncidentCreate, IncidentUpdate
from ir_client.wire.values import CLOSED_STATUSES, INCIDENT_STATUSES
from server_stub.domain.clocks import instant
from server_stub.domain.incident_plan import (
    IncidentChange,
    incident_of_alert,
    new_incident,
    plan_incident_change,
)
from server_stub.domain.sla import SlaPolicy
from server_stub.errors import Invalid
from tests.support.builders import NOON, an_alert

SLA = SlaPolicy()
NOW = instant(NOON)
LATER = instant(NOON + timedelta(minutes=5))


def made(**fields: Any) -> dict[str, object]:
    wanted = IncidentCreate(**({"title": "Bad thing", "severity": "high"} | fields))
    return new_incident(wanted, owner_id=3, sla=SLA, now=NOON)


def an_incident(columns: dict[str, object] | None = None) -> Incident:
    return Incident.model_validate(
        made() | {"id": 1, "incident_id": "INC-2026-000001"} | (columns or {})
    )


def planned(incident: Incident, **fields: Any) -> IncidentChange:
    return plan_incident_change(incident, IncidentUpdate(**fields), sla=SLA, now=LATER)


def test_an_incident_takes_over_what_its_alert_says() -> None:
    alert = an_alert(severity="critical", title="Bad thing", tags=["vip"], threat_type="malware")
    values = incident_of_alert(alert, owner_id=3, sla=SLA, now=NOON)
    assert values["title"] == "Bad thing"
    assert values["priority"] == "P1"
    assert values["category"] == "malware"
    assert values["tags"] == ["vip"]
    assert values["owner_id"] == values["assigned_analyst_id"] == 3
    assert (values["status"], values["first_response_at"]) == ("assigned", NOW)


def test_what_a_new_incident_does_not_say_follows() -> None:
    values = made()
    assert (values["priority"], values["status"], values["owner_id"]) == ("P2", "new", 3)
    assert values["response_sla_deadline"] == instant(NOON + timedelta(hours=1))
    assert "first_response_at" not in values
    assert made(assigned_analyst_id=7)["status"] == "assigned"


def test_what_a_new_incident_says_stands() -> None:
    values = made(priority="P1", status="active", owner_id=9)
    assert (values["priority"], values["status"], values["owner_id"]) == ("P1", "active", 9)
    assert values["first_response_at"] == NOW
    assert values["response_sla_deadline"] == instant(NOON + timedelta(minutes=15))


def test_a_new_priority_moves_the_deadlines_counted_from_the_creation() -> None:
    change = planned(an_incident(), priority="P1")
    assert change.columns["response_sla_deadline"] == instant(NOON + timedelta(minutes=15))
    assert set(change.timeline) == {"priority"}


def test_being_assigned_is_no_answer_yet_and_the_first_answer_is_kept() -> None:
    assert "first_response_at" not in planned(an_incident(), status="assigned").columns
    answered = planned(an_incident(), status="investigating")
    assert answered.columns["first_response_at"] == LATER
    later = an_incident({"status": "investigating", "first_response_at": NOW})
    assert "first_response_at" not in planned(later, status="new").columns
    assert "first_response_at" not in planned(later, status="active").columns


def test_containment_is_the_time_of_the_move_to_contained() -> None:
    assert planned(an_incident(), status="contained").columns["contained_at"] == LATER


def test_moving_between_closing_statuses_keeps_when_it_was_closed() -> None:
    closed = an_incident({"status": "resolved", "resolved_at": NOW, "closed_at": NOW})
    assert planned(closed, status="closed").columns == {
        "status": "closed",
        "first_response_at": LATER,
    }


@given(st.sampled_from(INCIDENT_STATUSES), st.sampled_from(INCIDENT_STATUSES))
def test_a_closed_incident_has_its_times_and_an_open_one_has_none(before: str, after: str) -> None:
    first = planned(an_incident(), status=before)
    incident = an_incident(dict(first.columns))
    incident = an_incident(dict(first.columns) | dict(planned(incident, status=after).columns))
    is_closed = after in CLOSED_STATUSES
    assert (incident.resolved_at is not None) == (incident.closed_at is not None) == is_closed


def test_saying_what_is_so_changes_nothing() -> None:
    assert not planned(an_incident(), title="Bad thing", severity="high", tags=())


@pytest.mark.parametrize("name", ["title", "severity", "priority", "status", "tags"])
def test_what_every_incident_has_cannot_be_cleared(name: str) -> None:
    with pytest.raises(Invalid) as caught:
        planned(an_incident(), **{name: None})
    assert caught.value.fields[0].loc == ("body", name)


def test_what_may_be_empty_can_be_cleared() -> None:
    assert planned(an_incident({"category": "x"}), category=None).columns == {"category": None}
