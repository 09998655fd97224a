from typing import Any

import pytest

from ir_client.formats.outcomes import Skipped
from tests.support.samples import draft_of, needs_samples, outcome_of, real_outcomes


def a_finding(**fields: Any) -> dict[str, Any]:
    finding = {
        "Id": "finding-1",
        "ProductArn": "arn:aws:securityhub:eu-west-1::product/aws/guardduty",
        "AwsAccountId": "111122223333",
        "GeneratorId": "g",
        "Title": "Something was found",
        "CreatedAt": "2026-03-02T09:14:31.052Z",
        "Severity": {"Label": "HIGH"},
    }
    return finding | fields


@pytest.mark.parametrize(
    ("severity", "expected"),
    [
        ({"Label": "INFORMATIONAL"}, "info"),
        ({"Label": "CRITICAL", "Normalized": 1}, "critical"),
        ({"Normalized": 0, "Product": 9}, "info"),
        ({"Normalized": 1}, "low"),
        ({"Normalized": 39}, "low"),
        ({"Normalized": 40}, "medium"),
        ({"Normalized": 70}, "high"),
        ({"Normalized": 90}, "critical"),
    ],
)
def test_the_label_counts_before_the_number(severity: dict[str, Any], expected: str) -> None:
    assert draft_of("securityhub", a_finding(Severity=severity)).severity == expected


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"RecordState": "ARCHIVED"}, "archived finding"),
        ({"Workflow": {"Status": "RESOLVED"}}, "resolved finding"),
        ({"Workflow": {"Status": "SUPPRESSED"}}, "suppressed finding"),
        ({"Compliance": {"Status": "PASSED"}}, "check that passed"),
    ],
)
def test_what_is_no_open_finding_is_skipped(fields: dict[str, Any], reason: str) -> None:
    assert outcome_of("securityhub", a_finding(**fields)) == Skipped(reason)


def test_notified_findings_are_open() -> None:
    draft = draft_of("securityhub", a_finding(Workflow={"Status": "NOTIFIED"}))
    assert draft.enrichment_data["securityhub"]["Workflow.Status"] == "NOTIFIED"


@pytest.mark.parametrize(
    ("direction", "source"), [("IN", "203.0.113.5"), ("OUT", "10.0.0.5"), (None, "203.0.113.5")]
)
def test_the_source_is_who_began(direction: str | None, source: str) -> None:
    action = {
        "NetworkConnectionAction": {
            "ConnectionDirection": direction,
            "RemoteIpDetails": {"IpAddressV4": "203.0.113.5"},
        }
    }
    resource = {"Details": {"AwsEc2Instance": {"IpV4Addresses": ["10.0.0.5"]}}}
    draft = draft_of("securityhub", a_finding(Action=action, Resources=[resource]))
    assert draft.source_ip == source
    assert {draft.source_ip, draft.destination_ip} == {"203.0.113.5", "10.0.0.5"}


@needs_samples
def test_real_findings_are_mapped_or_closed() -> None:
    drafts, skipped, rejected = real_outcomes("aws_securityhub")
    assert rejected == []
    assert skipped == {"archived finding": 20, "check that passed": 1}
    assert {draft.title: draft.severity for draft in drafts} == {
        "EBS Testing": "info",
        "lambda-finding": "low",
        "Unusual console login was seen for principal kapil.": "medium",
    }
