from typing import Any

import pytest

from ir_client.formats.elastic import recognises
from ir_client.formats.outcomes import Rejected, Skipped
from ir_client.formats.registry import format_named
from ir_client.wire.alerts import AlertDraft

ELASTIC = format_named("elastic")


def an_alert(**fields: Any) -> dict[str, Any]:
    """An alert of Kibana; `__` in a name is a dot."""
    dotted = {name.replace("__", "."): value for name, value in fields.items()}
    return {
        "@timestamp": "2026-03-24T14:38:00.123Z",
        "kibana.alert.uuid": "3390cb15",
        "kibana.alert.rule.name": "LSASS Memory Dump",
        "kibana.alert.severity": "high",
    } | dotted


def an_event(**event: Any) -> dict[str, Any]:
    return {"@timestamp": "2026-03-24T14:38:00Z", "event": {"kind": "alert"} | event}


def draft_of(record: dict[str, Any]) -> AlertDraft:
    outcome = ELASTIC.draft(record)
    assert isinstance(outcome, AlertDraft), outcome
    return outcome


def nested(record: dict[str, Any]) -> dict[str, Any]:
    """The record with its dotted keys taken apart."""
    whole: dict[str, Any] = {}
    for key, value in record.items():
        *above, last = key.split(".")
        inner = whole
        for part in above:
            inner = inner.setdefault(part, {})
        inner[last] = value
    return whole


def test_flat_and_nested_keys_and_lists_of_one_give_the_same() -> None:
    flat = an_alert(host__name="ws-7", kibana__alert__rule__tags=["Windows"])
    listed = {key: [value] for key, value in flat.items()}
    drafts = [draft_of(one) for one in (flat, nested(flat), listed)]
    told = [draft.model_dump(exclude={"raw_alert_data"}) for draft in drafts]
    assert told[0] == told[1] == told[2]
    assert drafts[0].affected_hostname == "ws-7"


@pytest.mark.parametrize("word", ["critical", "high", "medium", "low", "High"])
def test_the_word_of_kibana_is_ours(word: str) -> None:
    assert draft_of(an_alert(kibana__alert__severity=word)).severity == word.lower()


@pytest.mark.parametrize(
    ("event", "severity"),
    [
        ({"severity": 21}, "low"),
        ({"severity": 47}, "medium"),
        ({"severity": 73}, "high"),
        ({"severity": 99}, "critical"),
        ({"risk_score": 10, "severity": 99}, "low"),
        ({}, "medium"),
    ],
)
def test_an_alert_in_ecs_is_as_grave_as_its_risk(event: dict[str, Any], severity: str) -> None:
    assert draft_of(an_event(**event)).severity == severity


@pytest.mark.parametrize(("priority", "severity"), [(1, "high"), (2, "medium"), (3, "low")])
def test_suricatas_priority_is_not_taken_for_a_risk(priority: int, severity: str) -> None:
    record = an_event(severity=priority) | {"suricata": {"eve": {"alert": {"severity": priority}}}}
    assert draft_of(record).severity == severity


def test_a_severity_outside_the_scale_rejects_the_record() -> None:
    assert isinstance(ELASTIC.draft(an_event(severity=300)), Rejected)


def test_the_same_alert_keeps_its_id_when_its_status_changes() -> None:
    signal = {"rule": {"id": "r-1", "name": "Beacon", "severity": "low"}, "parent": {"id": "p-1"}}
    ids = {
        draft_of(
            {"@timestamp": "2021-03-24T14:37:19Z", "signal": signal | {"status": status}}
        ).external_alert_id
        for status in ("open", "closed")
    }
    assert ids == {"r-1/p-1"}


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (an_event(kind="event"), "event kind event"),
        (an_event(kind="metric"), "event kind metric"),
        (an_alert(kibana__alert__status="recovered"), "recovered"),
        (
            an_alert(kibana__alert__building_block_type="default"),
            "building block of another alert",
        ),
    ],
)
def test_what_is_no_alert_is_skipped(record: dict[str, Any], reason: str) -> None:
    assert ELASTIC.draft(record) == Skipped(reason)


@pytest.mark.parametrize(
    ("record", "is_ours"),
    [
        (an_alert(), True),
        (nested(an_alert()), True),
        ({"@timestamp": "x", "signal": {"rule": {"name": "y"}}}, True),
        (an_event(kind="state"), True),
        ({"@timestamp": "x", "message": "y"}, False),
        ({"event": {"kind": "alert"}}, False),
        ({"kibana.alert.uuid": "x", "kibana.alert.rule.name": "y"}, True),
    ],
)
def test_a_document_is_known_by_its_time_and_kind(record: dict[str, Any], is_ours: bool) -> None:
    assert recognises(record) is is_ours
