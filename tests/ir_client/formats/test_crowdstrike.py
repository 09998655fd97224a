from datetime import UTC, datetime
from typing import Any

import pytest

from ir_client.formats.outcomes import Rejected, Skipped
from tests.support.samples import draft_of, needs_samples, outcome_of, real_outcomes


def an_event(kind: str = "DetectionSummaryEvent", **fields: Any) -> dict[str, Any]:
    event = {"DetectId": "ldt:1", "DetectName": "Suspicious Activity", "SeverityName": "High"}
    metadata = {"customerIDString": "c", "eventType": kind, "eventCreationTime": 1772443471000}
    return {"metadata": metadata, "event": event | fields}


def an_alert(**fields: Any) -> dict[str, Any]:
    alert = {"cid": "c", "composite_id": "c:ind:1", "display_name": "Bad", "severity": 50}
    return alert | fields


@pytest.mark.parametrize(
    ("fields", "severity"),
    [
        ({"SeverityName": "Critical", "Severity": 1}, "critical"),
        ({"SeverityName": "Informational"}, "info"),
        ({"SeverityName": None, "Severity": 1}, "info"),
        ({"SeverityName": None, "Severity": 2}, "low"),
        ({"SeverityName": None, "Severity": 3}, "medium"),
        ({"SeverityName": None, "Severity": 4}, "high"),
        ({"SeverityName": "", "Severity": 5}, "critical"),
        ({"SeverityName": "", "Severity": 70}, "high"),
    ],
)
def test_severities_of_events(fields: dict[str, Any], severity: str) -> None:
    assert draft_of("crowdstrike", an_event(**fields)).severity == severity


@pytest.mark.parametrize(
    ("number", "severity"),
    [(5, "info"), (20, "low"), (39, "low"), (40, "medium"), (60, "high"), (80, "critical")],
)
def test_severities_of_alerts_are_of_a_hundred(number: int, severity: str) -> None:
    assert draft_of("crowdstrike", an_alert(severity=number)).severity == severity


def test_a_severity_off_the_scale_is_rejected() -> None:
    assert isinstance(outcome_of("crowdstrike", an_alert(severity=101)), Rejected)


@pytest.mark.parametrize(
    ("kind", "is_alert"),
    [
        ("DetectionSummaryEvent", True),
        ("EppDetectionSummaryEvent", True),
        ("IdpDetectionSummaryEvent", True),
        ("MobileDetectionSummaryEvent", True),
        ("UserActivityAuditEvent", False),
        ("IncidentSummaryEvent", False),
        ("FirewallMatchEvent", False),
    ],
)
def test_only_detections_are_alerts(kind: str, *, is_alert: bool) -> None:
    outcome = outcome_of("crowdstrike", an_event(kind))
    assert isinstance(outcome, Skipped) is not is_alert
    assert is_alert or outcome == Skipped(f"event type {kind}")


@pytest.mark.parametrize(
    ("fields", "title"),
    [
        ({}, "Suspicious Activity"),
        ({"Technique": "N/A", "FileName": "x.exe"}, "Suspicious Activity (x.exe)"),
        ({"DetectName": "NGAV", "Technique": "PUP", "FileName": "a"}, "NGAV: PUP (a)"),
        ({"DetectName": "", "Description": "A file is bad."}, "A file is bad."),
    ],
)
def test_titles_say_what_was_seen(fields: dict[str, Any], title: str) -> None:
    assert draft_of("crowdstrike", an_event(**fields)).title == title


def test_times_may_be_milliseconds_seconds_or_words() -> None:
    at = datetime(2026, 3, 2, 9, 24, 31, tzinfo=UTC)
    assert draft_of("crowdstrike", an_event()).detected_at == at
    assert draft_of("crowdstrike", an_event(UTCTimestamp=1772443471)).detected_at == at
    assert draft_of("crowdstrike", an_event(UTCTimestamp="2026-03-02 09:24:31Z")).detected_at == at
    of_alert = an_alert(created_timestamp="2026-03-02T09:24:31.000000001Z")
    assert draft_of("crowdstrike", of_alert).detected_at == at


@needs_samples
def test_real_detections_are_mapped() -> None:
    drafts, skipped, rejected = real_outcomes("crowdstrike")
    assert [draft.title for draft in drafts] == [
        "NGAV: PUP (pup app)",
        "Suspicious Activity (echo)",
    ]
    assert [draft.severity for draft in drafts] == ["low", "low"]
    assert (skipped, rejected) == ({"event type something else": 1}, [])
