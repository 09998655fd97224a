from typing import Any

import pytest

from ir_client.formats.outcomes import Skipped
from tests.support.samples import draft_of, needs_samples, outcome_of, real_outcomes


def a_threat(**info: Any) -> dict[str, Any]:
    threat = {"threatId": "t-1", "threatName": "x.exe", "createdAt": "2026-03-02T09:14:31.052Z"}
    return {"threatInfo": threat | info, "agentDetectionInfo": {}, "id": "t-1"}


def an_alert(severity: str) -> dict[str, Any]:
    return {
        "alertInfo": {"alertId": "a-1", "createdAt": "2026-03-02T09:14:31.052Z"},
        "ruleInfo": {"name": "A rule", "severity": severity},
    }


@pytest.mark.parametrize(
    ("info", "severity"),
    [
        ({"classification": "Ransomware", "confidenceLevel": "suspicious"}, "critical"),
        ({"classification": "Trojan", "confidenceLevel": "malicious"}, "high"),
        ({"classification": "Trojan", "confidenceLevel": "suspicious"}, "medium"),
        ({"classification": "Trojan", "confidenceLevel": "n/a"}, "medium"),
        ({}, "medium"),
    ],
)
def test_confidence_makes_the_severity_of_a_threat(info: dict[str, str], severity: str) -> None:
    assert draft_of("sentinelone", a_threat(**info)).severity == severity


@pytest.mark.parametrize(
    ("word", "severity"), [("Critical", "critical"), ("Low", "low"), ("E_HIGH", "high")]
)
def test_a_rule_has_a_severity(word: str, severity: str) -> None:
    assert draft_of("sentinelone", an_alert(word)).severity == severity


def test_a_threat_keeps_its_id_while_it_is_mitigated() -> None:
    before = draft_of("sentinelone", a_threat(mitigationStatus="not_mitigated"))
    after = draft_of("sentinelone", a_threat(mitigationStatus="mitigated"))
    assert before.external_alert_id == after.external_alert_id == "t-1"


@pytest.mark.parametrize("write", [str, str.lower])
def test_activities_that_tell_of_an_alert_are_it(write: Any) -> None:
    data = {write("alertId"): "a-7", write("ruleName"): "A rule", "severity": "E_LOW"}
    record = {write("activityType"): 3608, write("primaryDescription"): "It was.", "data": data}
    draft = draft_of("sentinelone", record)
    assert (draft.external_alert_id, draft.title, draft.severity) == ("a-7", "A rule", "low")


def test_other_activities_are_skipped() -> None:
    record = {"activityType": 90, "primaryDescription": "A scan started.", "data": {}}
    assert outcome_of("sentinelone", record) == Skipped("activity of type 90")


@needs_samples
def test_real_activities_are_mapped_or_skipped() -> None:
    drafts, skipped, rejected = real_outcomes("sentinelone")
    assert [(draft.title, draft.severity) for draft in drafts] == [
        ("test-rule", "critical"),
        ("test-rule", "medium"),
    ]
    assert (skipped, rejected) == ({"activity of type 90": 1}, [])
