from pathlib import Path
from typing import Any

import pytest

from ir_client.formats.outcomes import Skipped
from ir_client.formats.reading import read_drafts
from ir_client.formats.registry import format_named
from ir_client.formats.splunk import recognises
from ir_client.wire.alerts import AlertDraft

SAMPLES = Path(__file__).parents[4] / "shared/samples/splunk_notable"
SPLUNK = format_named("splunk")


def a_notable(**fields: Any) -> dict[str, Any]:
    return {
        "index": "notable",
        "_time": "2026-03-24T14:37:19.000+00:00",
        "search_name": "Access - Brute Force Access Behavior Detected - Rule",
        "severity": "high",
    } | fields


def draft_of(record: dict[str, Any]) -> AlertDraft:
    outcome = SPLUNK.draft(record)
    assert isinstance(outcome, AlertDraft), outcome
    return outcome


@pytest.mark.parametrize(
    ("fields", "severity"),
    [
        ({"urgency": "critical"}, "critical"),
        ({"urgency": "Informational"}, "info"),
        ({"urgency": "unknown"}, "high"),
        ({"urgency": ["low", "high"]}, "low"),
        ({"severity": "unknown"}, "medium"),
        ({"severity": None}, "medium"),
    ],
)
def test_urgency_comes_before_severity(fields: dict[str, Any], severity: str) -> None:
    assert draft_of(a_notable(**fields)).severity == severity


@pytest.mark.parametrize(
    ("fields", "title"),
    [
        ({"rule_title": "Brute force from 192.0.2.7"}, "Brute force from 192.0.2.7"),
        ({"rule_name": "Brute Force"}, "Brute Force"),
        ({}, "Brute Force Access Behavior Detected"),
        ({"search_name": "Impossible travel"}, "Impossible travel"),
        ({"search_name": None, "source": "Threat - A - B - Rule"}, "A - B"),
    ],
)
def test_a_title_is_what_a_person_would_say(fields: dict[str, Any], title: str) -> None:
    assert draft_of(a_notable(**fields)).title == title


def test_what_analysts_change_is_in_no_id() -> None:
    worked_on = a_notable(owner="j.doe", status="5", status_label="Closed", urgency="low")
    assert draft_of(worked_on).external_alert_id == draft_of(a_notable()).external_alert_id
    later = a_notable(_time="2026-03-24T15:37:19.000+00:00")
    assert draft_of(later).external_alert_id != draft_of(a_notable()).external_alert_id
    assert draft_of(a_notable(event_id="A@@notable@@b")).external_alert_id == "A@@notable@@b"


@pytest.mark.parametrize(
    ("fields", "host", "address"),
    [
        ({"dest": "web-1"}, "web-1", None),
        ({"dest": "198.51.100.22"}, None, "198.51.100.22"),
        ({"dest": "198.51.100.22", "dest_nt_host": "WEB-1"}, "WEB-1", "198.51.100.22"),
        ({"dest": ["198.51.100.22", "web-1"]}, "web-1", "198.51.100.22"),
        ({"risk_object": "ws-9", "risk_object_type": "system"}, "ws-9", None),
        ({"host": "search-head-1"}, None, None),
    ],
)
def test_a_destination_is_a_name_or_an_address(
    fields: dict[str, Any], host: str | None, address: str | None
) -> None:
    draft = draft_of(a_notable(**fields))
    assert (draft.affected_hostname, draft.destination_ip) == (host, address)


@pytest.mark.parametrize(
    "fields",
    [
        {"annotations.mitre_attack": ["T1110.003"]},
        {"annotations.mitre_attack.mitre_technique_id": "T1110.003"},
        {"mitre_technique_id": ["T1110.003"]},
        {"annotations": '{"mitre_attack": ["T1110.003"]}'},
        {"annotations": {"mitre_attack": ["T1110.003"]}},
    ],
)
def test_techniques_are_found_where_versions_keep_them(fields: dict[str, Any]) -> None:
    draft = draft_of(a_notable(**fields))
    assert (draft.mitre_techniques, draft.threat_type) == (("T1110.003",), "credential_access")


@pytest.mark.parametrize("kinds", ["notable_suppression-x", ["notable", "notable_suppression-x"]])
def test_a_suppressed_notable_is_skipped(kinds: object) -> None:
    assert SPLUNK.draft(a_notable(eventtype=kinds)) == Skipped("suppressed notable")


@pytest.mark.parametrize(
    ("record", "is_ours"),
    [
        (a_notable(), True),
        ({"event_id": "A@@notable@@b"}, True),
        ({"search_name": "x", "urgency": "low"}, True),
        ({"search_name": "x", "results_link": "y"}, True),
        ({"search_name": "x"}, False),
        ({"index": "main", "_time": "x"}, False),
    ],
)
def test_a_notable_is_known_by_its_index_id_or_search(
    record: dict[str, Any], is_ours: bool
) -> None:
    assert recognises(record) is is_ours


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="no samples beside the project")
def test_a_real_notable_is_mapped() -> None:
    (path,) = SAMPLES.glob("*.json")
    with path.open("rb") as stream:
        (outcome,) = (reading.outcome for reading in read_drafts(stream))
    assert isinstance(outcome, AlertDraft)
    assert (outcome.title, outcome.severity, outcome.affected_user) == (
        "Root user use",
        "info",
        "root",
    )
