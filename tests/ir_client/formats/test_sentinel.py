import json
from collections import Counter
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest

from ir_client.formats.reading import read_drafts
from ir_client.wire.alerts import AlertDraft
from tests.support.samples import draft_of, needs_samples, real_outcomes


def a_row(**columns: Any) -> dict[str, Any]:
    row = {
        "SystemAlertId": "s-1",
        "DisplayName": "Rare sign-in",
        "AlertSeverity": "Medium",
        "TimeGenerated": "2026-03-02T09:14:31.052Z",
    }
    return row | columns


@pytest.mark.parametrize(
    ("word", "severity"),
    [("High", "high"), ("Informational", "info"), ("low", "low"), ("Unknown", "medium")],
)
def test_severity_has_two_names(word: str, severity: str) -> None:
    assert draft_of("sentinel", a_row(AlertSeverity=word)).severity == severity
    older = a_row(Severity=word)
    del older["AlertSeverity"]
    assert draft_of("sentinel", older).severity == severity


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("TimeGenerated", "2026-03-02T09:14:31.052Z"),
        ("TimeGenerated", "2026-03-02 09:14:31.0520000"),
        ("TimeGenerated [UTC]", "3/2/2026, 9:14:31.052 AM"),
        ("TimeGenerated [UTC]", "3/2/2026, 9:14:31.052 AM "),
    ],
)
def test_times_are_utc_also_those_of_the_portal(column: str, text: str) -> None:
    row = a_row()
    del row["TimeGenerated"]
    moment = draft_of("sentinel", row | {column: text}).detected_at
    assert moment == datetime(2026, 3, 2, 9, 14, 31, 52000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("entities", "host", "user", "source"),
    [
        ("[broken", None, None, None),
        ('{"Type": "host", "HostName": "no list"}', None, None, None),
        ('[{"Type": "Host", "HostName": "A"}]', "A", None, None),
        ('[{"Type": "account", "Name": "u", "NTDomain": "D"}]', None, "D\\u", None),
        ('[{"Type": "account", "Name": "u", "UPNSuffix": "d.example"}]', None, "u@d.example", None),
        ('[{"Type": "ip", "Address": "192.0.2.1"}]', None, None, "192.0.2.1"),
    ],
)
def test_entities_tell_who_and_where(
    entities: str, host: str | None, user: str | None, source: str | None
) -> None:
    draft = draft_of("sentinel", a_row(Entities=entities))
    assert (draft.affected_hostname, draft.affected_user, draft.source_ip) == (host, user, source)


def test_a_compromised_entity_may_be_a_host_or_a_user() -> None:
    host = draft_of("sentinel", a_row(CompromisedEntity="WS-1"))
    user = draft_of("sentinel", a_row(CompromisedEntity="j.doe@corp.example"))
    assert (host.affected_hostname, host.affected_user) == ("WS-1", None)
    assert (user.affected_hostname, user.affected_user) == (None, "j.doe@corp.example")


@pytest.mark.parametrize(
    ("columns", "threat"),
    [
        ({"Tactics": "Exfiltration, Impact"}, "data_exfiltration"),
        ({"Tactics": '["CredentialAccess"]'}, "credential_access"),
        ({"Techniques": '["T1566"]', "Tactics": "Impact"}, "phishing"),
        ({"Intent": "LateralMovement"}, "lateral_movement"),
        ({"DisplayName": "SQL injection blocked"}, "web_attack"),
        ({}, "unknown"),
    ],
)
def test_attack_counts_before_the_title(columns: dict[str, str], threat: str) -> None:
    assert draft_of("sentinel", a_row(**columns)).threat_type == threat


def test_an_alert_keeps_its_id_while_its_status_changes() -> None:
    ids = {draft_of("sentinel", a_row(Status=s)).external_alert_id for s in ("New", "Resolved")}
    assert ids == {"s-1"}


def test_rows_of_an_answer_are_alerts_of_their_own() -> None:
    answer = {
        "tables": [
            {
                "columns": [{"name": name} for name in a_row()],
                "rows": [list(a_row(SystemAlertId=one).values()) for one in ("a", "b")],
            }
        ]
    }
    drafts = [reading.outcome for reading in read_drafts(BytesIO(json.dumps(answer).encode()))]
    assert [draft.external_alert_id for draft in drafts if isinstance(draft, AlertDraft)] == [
        "a",
        "b",
    ]


@needs_samples
def test_real_rows_are_mapped() -> None:
    drafts, skipped, rejected = real_outcomes("defender_sentinel")
    assert (len(drafts), skipped.total(), rejected) == (189, 0, [])
    assert len({draft.external_alert_id for draft in drafts}) == 189
    assert Counter(draft.severity for draft in drafts) == {
        "high": 102,
        "medium": 56,
        "low": 24,
        "info": 7,
    }
    threats = {draft.title: draft.threat_type for draft in drafts}
    assert threats["Detected Petya ransomware indicators"] == "ransomware"
    assert threats["Successful RDP brute force attack"] == "credential_access"
    assert sum(draft.affected_hostname is not None for draft in drafts) > 170
