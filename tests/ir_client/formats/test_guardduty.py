from typing import Any

import pytest

from ir_client.formats.outcomes import Rejected, Skipped
from tests.support.samples import draft_of, needs_samples, outcome_of, real_outcomes

ACTION = {
    "remoteIpDetails": {"ipAddressV4": "203.0.113.5"},
    "remotePortDetails": {"port": 50505},
    "localIpDetails": {"ipAddressV4": "10.0.0.5"},
    "localPortDetails": {"port": 22},
}


def a_finding(*, service: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    finding = {
        "id": "f1",
        "arn": "arn:aws:guardduty:eu-west-1:111122223333:detector/d/finding/f1",
        "type": "Recon:EC2/Portscan",
        "title": "Outbound port scans",
        "severity": 5,
        "createdAt": "2026-03-02T09:14:31.052Z",
        "service": service or {},
    }
    return finding | fields


@pytest.mark.parametrize(
    ("number", "severity"),
    [
        (0.1, "info"),
        (1, "low"),
        (2.0, "low"),
        (3.9, "low"),
        (4, "medium"),
        (6.9, "medium"),
        (7, "high"),
        (8.9, "high"),
        (9, "critical"),
        (10, "critical"),
    ],
)
def test_severity_is_a_number_of_ten(number: float, severity: str) -> None:
    assert draft_of("guardduty", a_finding(severity=number)).severity == severity


def test_a_severity_off_the_scale_is_rejected() -> None:
    outcome = outcome_of("guardduty", a_finding(severity=11))
    assert isinstance(outcome, Rejected)
    assert "11" in outcome.reason


@pytest.mark.parametrize(
    ("direction", "role", "source", "destination"),
    [
        ("INBOUND", "TARGET", ("203.0.113.5", 50505), ("10.0.0.5", 22)),
        ("OUTBOUND", "ACTOR", ("10.0.0.5", 22), ("203.0.113.5", 50505)),
        ("INBOUND", "ACTOR", ("203.0.113.5", 50505), ("10.0.0.5", 22)),
        ("UNKNOWN", "ACTOR", ("10.0.0.5", 22), ("203.0.113.5", 50505)),
        ("UNKNOWN", "TARGET", ("203.0.113.5", 50505), ("10.0.0.5", 22)),
    ],
)
def test_the_source_is_who_began(
    direction: str, role: str, source: tuple[str, int], destination: tuple[str, int]
) -> None:
    action = {"networkConnectionAction": {**ACTION, "connectionDirection": direction}}
    draft = draft_of("guardduty", a_finding(service={"action": action, "resourceRole": role}))
    assert (draft.source_ip, draft.source_port) == source
    assert (draft.destination_ip, draft.destination_port) == destination


@pytest.mark.parametrize(
    ("kind", "threat"),
    [
        ("UnauthorizedAccess:EC2/SSHBruteForce", "credential_access"),
        ("Backdoor:EC2/C&CActivity.B", "command_and_control"),
        ("Backdoor:EC2/DenialOfService.Tcp", "denial_of_service"),
        ("Trojan:EC2/DNSDataExfiltration", "data_exfiltration"),
        ("CryptoCurrency:EC2/BitcoinTool.B", "malware"),
        ("Object:S3/MaliciousFile", "malware"),
        ("Something:New/Altogether", "unknown"),
    ],
)
def test_the_type_tells_the_threat(kind: str, threat: str) -> None:
    assert draft_of("guardduty", a_finding(type=kind)).threat_type == threat


def test_a_finding_keeps_its_id_while_its_count_grows() -> None:
    first = draft_of("guardduty", a_finding(service={"count": 1}))
    later = draft_of("guardduty", a_finding(service={"count": 9}, updatedAt="2026-03-03T00:00:00Z"))
    assert first.external_alert_id == later.external_alert_id == "f1"
    assert first.detected_at == later.detected_at


def test_an_archived_finding_is_skipped_however_it_is_written() -> None:
    small = a_finding(service={"archived": True})
    large = {key[0].upper() + key[1:]: value for key, value in small.items()}
    large["Service"] = {"Archived": True}
    assert outcome_of("guardduty", small) == Skipped("archived finding")
    assert outcome_of("guardduty", large) == Skipped("archived finding")


@needs_samples
def test_real_findings_are_mapped() -> None:
    drafts, skipped, rejected = real_outcomes("guardduty")
    assert (len(drafts), skipped.total(), rejected) == (8, 0, [])
    assert sorted({draft.severity for draft in drafts}) == ["critical", "high", "low", "medium"]
    assert {draft.threat_type for draft in drafts} == {"intrusion", "privilege_escalation"}
