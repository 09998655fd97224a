from pathlib import Path
from typing import Any

import pytest

from ir_client.formats.ocsf import recognises
from ir_client.formats.outcomes import Skipped
from ir_client.formats.reading import read_drafts
from ir_client.formats.registry import format_named
from ir_client.wire.alerts import AlertDraft

SAMPLES = Path(__file__).parents[4] / "shared/samples/ocsf"
OCSF = format_named("ocsf")


def a_finding(**fields: Any) -> dict[str, Any]:
    return {
        "class_uid": 2004,
        "activity_id": 1,
        "severity_id": 3,
        "time": 1774363039037,
        "metadata": {"version": "1.4.0", "product": {"name": "Example EDR"}},
        "finding_info": {"uid": "f-1", "title": "Something was found"},
    } | fields


def draft_of(record: dict[str, Any]) -> AlertDraft:
    outcome = OCSF.draft(record)
    assert isinstance(outcome, AlertDraft), outcome
    return outcome


@pytest.mark.parametrize(
    ("fields", "severity"),
    [
        ({"severity_id": 1}, "info"),
        ({"severity_id": 2}, "low"),
        ({"severity_id": 3}, "medium"),
        ({"severity_id": 4}, "high"),
        ({"severity_id": 5}, "critical"),
        ({"severity_id": 6}, "critical"),
        ({"severity_id": 4, "severity": "Low"}, "high"),
        ({"severity_id": 99, "severity": "Severe"}, "critical"),
        ({"severity_id": 0, "severity": "Unknown", "risk_level_id": 4}, "critical"),
        ({"severity_id": 0, "risk_level_id": 1}, "low"),
        ({"severity_id": 0, "severity": "Unknown"}, "medium"),
    ],
)
def test_severity_is_by_its_number_then_its_word(fields: dict[str, Any], severity: str) -> None:
    assert draft_of(a_finding(**fields)).severity == severity


@pytest.mark.parametrize(
    "attacks",
    [
        [{"tactic": {"uid": "TA0011"}, "technique": {"uid": "T1573"}}],
        [{"tactics": [{"uid": "TA0011"}], "technique": {"uid": "T1573"}}],
        [{"tactic": {"name": "Command and Control"}, "technique": {"uid": "T1573"}}],
    ],
)
def test_attacks_of_every_version_are_read(attacks: list[dict[str, Any]]) -> None:
    newer = a_finding(finding_info={"uid": "f-1", "title": "x", "attacks": attacks})
    older = a_finding(class_uid=2001, finding={"uid": "f-1", "title": "x"}, attacks=attacks)
    for record in (newer, older):
        draft = draft_of(record)
        assert draft.mitre_techniques == ("T1573",)
        assert draft.threat_type == "command_and_control"


def test_a_finding_keeps_its_id_when_it_is_updated() -> None:
    updated = a_finding(activity_id=2, time=1774369999000, status="In Progress")
    assert draft_of(updated).external_alert_id == draft_of(a_finding()).external_alert_id == "f-1"


def test_the_product_is_the_source() -> None:
    assert draft_of(a_finding()).source == "Example EDR"
    assert draft_of(a_finding(metadata={"version": "1.4.0"})).source == "ocsf"


@pytest.mark.parametrize("time", [1774363039037, 1774363039.037, "2026-03-24T14:37:19.037Z"])
def test_times_in_milliseconds_seconds_and_words_are_the_same(time: object) -> None:
    moment = draft_of(a_finding(time=time)).detected_at
    assert moment is not None
    assert moment.isoformat() == "2026-03-24T14:37:19.037000+00:00"


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"class_uid": 2002, "class_name": "Vulnerability Finding"}, "OCSF class Vulnerability F"),
        ({"class_uid": 3002}, "OCSF class 3002"),
        ({"is_alert": False}, "finding that is no alert"),
        ({"status_code": "pass"}, "passed check"),
        ({"activity_id": 3}, "finding closed"),
    ],
)
def test_what_says_it_is_no_alert_is_skipped(fields: dict[str, Any], reason: str) -> None:
    outcome = OCSF.draft(a_finding(**fields))
    assert isinstance(outcome, Skipped)
    assert outcome.reason.startswith(reason)


@pytest.mark.parametrize(
    ("record", "is_ours"),
    [
        (a_finding(), True),
        ({"class_uid": 4001, "category_uid": 4}, True),
        ({"class_uid": "2004", "metadata": {}}, False),
        ({"class_uid": 2004}, False),
    ],
)
def test_an_event_of_ocsf_has_the_number_of_its_class(
    record: dict[str, Any], is_ours: bool
) -> None:
    assert recognises(record) is is_ours


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="no samples beside the project")
def test_real_findings_are_mapped() -> None:
    drafts = []
    for path in sorted(SAMPLES.glob("*.json")):
        with path.open("rb") as stream:
            drafts += [reading.outcome for reading in read_drafts(stream)]
    found = [draft for draft in drafts if isinstance(draft, AlertDraft)]
    assert len(found) == len(drafts) == 10
    assert {draft.source for draft in found} == {"Prowler"}
    assert {draft.severity for draft in found} == {"low", "medium", "high"}
    assert all(draft.detected_at and draft.rule_id and draft.description for draft in found)
