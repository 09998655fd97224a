from typing import Any

import pytest

from tests.support.samples import draft_of


def an_alert(**fields: Any) -> dict[str, Any]:
    alert = {
        "id": "da1_1",
        "title": "Something suspicious",
        "severity": "medium",
        "serviceSource": "microsoftDefenderForEndpoint",
        "createdDateTime": "2026-03-02T09:14:31.0520000Z",
    }
    return alert | fields


def an_old_alert(**fields: Any) -> dict[str, Any]:
    alert = {
        "id": "da1_1",
        "title": "Something suspicious",
        "severity": "Medium",
        "alertCreationTime": "2026-03-02T09:14:31.0520000Z",
    }
    return alert | fields


@pytest.mark.parametrize(
    ("word", "severity"),
    [
        ("high", "high"),
        ("High", "high"),
        ("informational", "info"),
        ("unknown", "medium"),
        ("UnSpecified", "medium"),
        ("unknownFutureValue", "medium"),
    ],
)
def test_old_and_new_severities(word: str, severity: str) -> None:
    assert draft_of("defender", an_alert(severity=word)).severity == severity
    assert draft_of("defender", an_old_alert(severity=word)).severity == severity


@pytest.mark.parametrize(
    ("fields", "threat"),
    [
        ({"category": "Ransomware", "mitreTechniques": ["T1003"]}, "ransomware"),
        ({"category": "DefenseEvasion", "mitreTechniques": ["T1003"]}, "credential_access"),
        ({"category": "LateralMovement"}, "lateral_movement"),
        ({"categories": ["Exfiltration"]}, "data_exfiltration"),
        ({"category": "None", "title": "Phishing mail"}, "phishing"),
        ({"category": "None"}, "unknown"),
    ],
)
def test_the_category_tells_the_threat(fields: dict[str, Any], threat: str) -> None:
    assert draft_of("defender", an_alert(**fields)).threat_type == threat


USER = {"@odata.type": "#microsoft.graph.security.userEvidence"}
PROCESS = {"@odata.type": "#microsoft.graph.security.processEvidence"}


@pytest.mark.parametrize(
    ("fields", "user"),
    [
        ({"evidence": [PROCESS | {"userAccount": {"accountName": "p"}}]}, "p"),
        (
            {
                "evidence": [
                    PROCESS | {"userAccount": {"accountName": "SYSTEM"}},
                    USER | {"userAccount": {"accountName": "u", "domainName": "D"}},
                ]
            },
            "D\\u",
        ),
        (
            {"evidence": [USER | {"userAccount": {"userPrincipalName": "u@d.example"}}]},
            "u@d.example",
        ),
        ({"evidence": [{"loggedOnUsers": [{"accountName": "l", "domainName": "H"}]}]}, "H\\l"),
        ({"evidence": ["text", None, 7]}, None),
        ({"evidence": "text"}, None),
    ],
)
def test_users_come_before_what_a_process_ran_as(fields: dict[str, Any], user: str | None) -> None:
    assert draft_of("defender", an_alert(**fields)).affected_user == user


def test_the_old_interface_names_the_user_itself() -> None:
    alert = an_old_alert(
        relatedUser={"userName": "u", "domainName": "D"},
        evidence=[{"entityType": "User", "accountName": "other"}],
    )
    assert draft_of("defender", alert).affected_user == "D\\u"


def test_the_incident_groups_its_alerts() -> None:
    assert draft_of("defender", an_alert(incidentId="47")).correlation_id == "47"
    assert draft_of("defender", an_old_alert(incidentId=47)).correlation_id == "47"


def test_an_alert_keeps_its_id_while_its_status_changes() -> None:
    for one in (an_alert(status="resolved", lastUpdateDateTime="2026-03-03T00:00:00Z"), an_alert()):
        assert draft_of("defender", one).external_alert_id == "da1_1"
