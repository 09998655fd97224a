from typing import Any

import pytest

from ir_client.formats.outcomes import Rejected
from ir_client.formats.registry import format_named
from ir_client.formats.wazuh import recognises
from ir_client.wire.alerts import AlertDraft

WAZUH = format_named("wazuh")


def an_alert(rule: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    return {
        "timestamp": "2026-03-24T14:37:19.037+0000",
        "rule": {"level": 5, "description": "Something", "id": "5716"} | (rule or {}),
        "agent": {"id": "003", "name": "web-1"},
        "manager": {"name": "wazuh-1"},
        "id": "1774363039.171552",
    } | fields


def draft_of(record: dict[str, Any]) -> AlertDraft:
    outcome = WAZUH.draft(record)
    assert isinstance(outcome, AlertDraft), outcome
    return outcome


@pytest.mark.parametrize(
    ("levels", "severity"),
    [
        ((0, 1, 2), "info"),
        ((3, 4, 5, 6), "low"),
        ((7, 8, 9, 10, 11), "medium"),
        ((12, 13, 14), "high"),
        ((15, 16, "15"), "critical"),
    ],
)
def test_severity_is_by_the_level(levels: tuple[object, ...], severity: str) -> None:
    found = {draft_of(an_alert({"level": level})).severity for level in levels}
    assert found == {severity}


@pytest.mark.parametrize("level", [17, -1, None, "grave"])
def test_another_level_rejects_the_record(level: object) -> None:
    outcome = WAZUH.draft(an_alert({"level": level}))
    assert isinstance(outcome, Rejected)
    assert "rule.level" in outcome.reason


@pytest.mark.parametrize(
    ("rule", "threat_type"),
    [
        ({"mitre": {"id": ["T1486"], "tactic": ["Impact"]}}, "ransomware"),
        ({"mitre": {"id": ["T1087"], "tactic": ["Discovery"]}}, "reconnaissance"),
        (
            {"mitre": {"tactic": ["Execution"]}, "groups": ["authentication_failed"]},
            "malware",
        ),
        ({"groups": ["syslog", "authentication_failures"]}, "credential_access"),
        ({"groups": ["web", "attack", "sql_injection"]}, "web_attack"),
        ({"groups": ["sca"]}, "policy_violation"),
        ({"groups": ["syslog"]}, "unknown"),
        ({"group": "syslog,sshd,invalid_login,"}, "credential_access"),
    ],
)
def test_the_threat_is_by_attack_before_the_groups(rule: dict[str, Any], threat_type: str) -> None:
    assert draft_of(an_alert(rule)).threat_type == threat_type


def test_an_id_of_two_managers_is_two_ids() -> None:
    other = an_alert(manager={"name": "wazuh-2"})
    assert draft_of(an_alert()).external_alert_id == "wazuh-1/1774363039.171552"
    assert draft_of(other).external_alert_id != draft_of(an_alert()).external_alert_id


def test_what_came_by_syslog_is_of_its_sender_and_not_of_the_manager() -> None:
    by_syslog = {"agent": {"id": "000", "name": "wazuh-1"}, "predecoder": {"hostname": "fw-1"}}
    assert draft_of(an_alert(**by_syslog)).affected_hostname == "fw-1"
    by_agent = {"predecoder": {"hostname": "inner"}}
    assert draft_of(an_alert(**by_agent)).affected_hostname == "web-1"


@pytest.mark.parametrize(
    ("data", "address", "port", "user"),
    [
        ({"srcip": "192.0.2.7", "srcport": "40112", "dstuser": "root"}, "192.0.2.7", 40112, "root"),
        (
            {"win": {"eventdata": {"ipAddress": "::ffff:192.0.2.7", "ipPort": "0"}}},
            "192.0.2.7",
            None,
            None,
        ),
        (
            {
                "win": {
                    "eventdata": {
                        "ipAddress": "-",
                        "targetUserName": "-",
                        "subjectUserName": "svc",
                    }
                }
            },
            None,
            None,
            "svc",
        ),
        (
            {"aws": {"sourceIPAddress": "203.0.113.9", "userIdentity": {"userName": "bob"}}},
            "203.0.113.9",
            None,
            "bob",
        ),
    ],
)
def test_who_it_was_is_found_in_the_data_of_any_decoder(
    data: dict[str, Any], address: str | None, port: int | None, user: str | None
) -> None:
    draft = draft_of(an_alert(data=data))
    assert (draft.source_ip, draft.source_port, draft.affected_user) == (address, port, user)


@pytest.mark.parametrize(
    ("record", "is_ours"),
    [
        (an_alert(), True),
        ({"rule.level": 5, "agent.id": "003"}, True),
        ({"rule": {"level": 5}}, False),
        ({"rule": {"name": "x"}, "agent": {}}, False),
        ({"rule": "Terminal shell", "agent": {}}, False),
    ],
)
def test_an_alert_of_wazuh_has_a_rule_with_a_level(record: dict[str, Any], is_ours: bool) -> None:
    assert recognises(record) is is_ours
