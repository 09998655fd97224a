from typing import Any

import pytest

from ir_client.formats.native import recognises, unwrap
from ir_client.formats.outcomes import Rejected
from ir_client.formats.registry import format_named
from ir_client.wire.alerts import AlertDraft
from tests.support.builders import an_alert

NATIVE = format_named("native")


def a_record(**fields: Any) -> dict[str, Any]:
    """A record with what an alert must have."""
    return {"external_alert_id": "ext-1", "title": "Beacon", "severity": "high"} | fields


def draft_of(record: dict[str, Any]) -> AlertDraft:
    outcome = NATIVE.draft(record)
    assert isinstance(outcome, AlertDraft), outcome
    return outcome


def test_the_fields_of_the_contract_are_taken_as_they_are() -> None:
    draft = draft_of(a_record(source="edr", tags=["beacon"], affected_hostname="ws-7"))
    assert (draft.title, draft.severity, draft.source) == ("Beacon", "high", "edr")
    assert (draft.tags, draft.affected_hostname) == (("beacon",), "ws-7")


def test_a_record_without_an_id_gets_a_stable_one() -> None:
    anonymous = {"title": "Beacon", "severity": "high"}
    again = {"severity": "high", "title": "Beacon"}
    other = {"title": "Beacon", "severity": "low"}
    assert draft_of(anonymous).external_alert_id == draft_of(again).external_alert_id
    assert draft_of(anonymous).external_alert_id != draft_of(other).external_alert_id


def test_the_whole_record_is_kept_unless_it_brings_its_own() -> None:
    assert draft_of(a_record(colour="red")).raw_alert_data == a_record(colour="red")
    assert draft_of(a_record(raw_alert_data={"x": 1})).raw_alert_data == {"x": 1}


def test_an_alert_that_was_read_from_a_server_can_be_ingested_again() -> None:
    alert = an_alert(id=7, source_ip="192.0.2.7")
    draft = draft_of(alert.model_dump(mode="json"))
    assert (draft.external_alert_id, draft.title) == (alert.external_alert_id, alert.title)
    assert draft.detected_at == alert.detected_at


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"severity": "urgent"}, "severity: input should be 'critical', 'high'"),
        ({"severity": "urgent"}, "not 'urgent'"),
        ({"source_port": 70_000}, "source_port"),
        ({"source_ip": "300.1.1.1"}, "source_ip"),
        ({"title": ""}, "title"),
        ({"detected_at": "yesterday"}, "detected_at"),
    ],
)
def test_what_the_contract_refuses_is_named(fields: dict[str, Any], says: str) -> None:
    outcome = NATIVE.draft(a_record(**fields))
    assert isinstance(outcome, Rejected)
    assert says in outcome.reason


def test_a_missing_title_is_named() -> None:
    outcome = NATIVE.draft({"severity": "high", "external_alert_id": "1"})
    assert outcome == Rejected("title: field required")


def test_an_envelope_is_unwrapped_and_lends_its_source_system() -> None:
    envelope = {"source_system": "lab", "alerts": [a_record(), 3]}
    assert unwrap(envelope) == [a_record(source_system="lab"), 3]


@pytest.mark.parametrize("record", [a_record(), a_record(alerts=[1]), {"alerts": "many"}, {}])
def test_anything_else_is_no_envelope(record: dict[str, Any]) -> None:
    assert unwrap(record) is None


@pytest.mark.parametrize(
    ("record", "is_ours"),
    [(a_record(), True), ({"title": "x", "severity": "high"}, True), ({"title": "x"}, False)],
)
def test_our_format_is_recognised_by_title_and_severity(
    record: dict[str, Any], is_ours: bool
) -> None:
    assert recognises(record) is is_ours
