from typing import Any

import pytest

from ir_client.formats.alertmanager import SEVERITY_OF_LABEL, recognises, unwrap
from ir_client.formats.outcomes import Skipped
from ir_client.formats.registry import format_named
from ir_client.wire.alerts import AlertDraft

ALERTMANAGER = format_named("alertmanager")


def an_alert(labels: dict[str, str] | None = None, **fields: Any) -> dict[str, Any]:
    return {
        "status": "firing",
        "labels": {"alertname": "SshBruteForce", "severity": "critical"} | (labels or {}),
        "annotations": {},
        "startsAt": "2026-03-24T14:37:19.037Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "fingerprint": "c5b1",
    } | fields


def draft_of(record: dict[str, Any]) -> AlertDraft:
    outcome = ALERTMANAGER.draft(record)
    assert isinstance(outcome, AlertDraft), outcome
    return outcome


@pytest.mark.parametrize(
    ("labels", "severity"),
    [
        ({"severity": "Critical"}, "critical"),
        ({"severity": "page"}, "critical"),
        ({"severity": "error"}, "high"),
        ({"severity": "warning"}, "medium"),
        ({"severity": "P4"}, "low"),
        ({"severity": "none"}, "info"),
        ({"severity": "purple"}, "medium"),
        ({"severity": "purple", "priority": "P1"}, "critical"),
        ({"severity": ""}, "medium"),
    ],
)
def test_severity_is_by_the_label_of_any_house(labels: dict[str, str], severity: str) -> None:
    assert draft_of(an_alert(labels)).severity == severity


def test_the_words_are_written_as_they_are_looked_up() -> None:
    assert all(word == word.lower() for word in SEVERITY_OF_LABEL)


def test_a_firing_keeps_its_id_however_often_it_is_notified_of() -> None:
    again = an_alert(endsAt="2026-03-24T15:00:00Z", receiver="other", updatedAt="x")
    assert draft_of(an_alert()).external_alert_id == "c5b1/2026-03-24T14:37:19.037Z"
    assert draft_of(again).external_alert_id == draft_of(an_alert()).external_alert_id
    later = an_alert(startsAt="2026-03-25T14:37:19.037Z")
    assert draft_of(later).external_alert_id != draft_of(an_alert()).external_alert_id


def test_without_a_fingerprint_the_labels_make_the_id() -> None:
    one, again = (an_alert(fingerprint=None, endsAt=when) for when in ("a", "b"))
    other = an_alert({"instance": "x"}, fingerprint=None)
    assert draft_of(one).external_alert_id == draft_of(again).external_alert_id
    assert draft_of(one).external_alert_id != draft_of(other).external_alert_id


@pytest.mark.parametrize(
    ("instance", "address", "host"),
    [
        ("198.51.100.22:9100", "198.51.100.22", None),
        ("[2001:db8::7]:9100", "2001:db8::7", None),
        ("db-1.example.com:9100", None, "db-1.example.com"),
        ("db-1", None, "db-1"),
        ("", None, None),
    ],
)
def test_an_instance_is_an_address_or_a_name(
    instance: str, address: str | None, host: str | None
) -> None:
    draft = draft_of(an_alert({"instance": instance}))
    assert (draft.destination_ip, draft.affected_hostname) == (address, host)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("resolved", "resolved"),
        ({"state": "suppressed"}, "silenced or inhibited"),
    ],
)
def test_what_no_longer_is_or_should_not_be_told_is_skipped(status: object, reason: str) -> None:
    assert ALERTMANAGER.draft(an_alert(status=status)) == Skipped(reason)


@pytest.mark.parametrize("status", ["firing", {"state": "active"}, {"state": "unprocessed"}, None])
def test_every_other_state_is_an_alert(status: object) -> None:
    assert draft_of(an_alert(status=status)).title == "SshBruteForce"


def test_a_notification_lends_its_alerts_what_they_have_in_common() -> None:
    notification = {"receiver": "soc", "groupKey": "{}:x", "alerts": [an_alert(), "odd"]}
    opened = unwrap(notification)
    assert opened is not None
    assert opened[1] == "odd"
    assert isinstance(opened[0], dict)
    assert draft_of(opened[0]).correlation_id == "{}:x"


@pytest.mark.parametrize(
    "record", [{"alerts": []}, {"receiver": "x"}, {"receiver": "x", "alerts": 3}, an_alert()]
)
def test_anything_else_is_no_notification(record: dict[str, Any]) -> None:
    assert unwrap(record) is None


@pytest.mark.parametrize(
    ("record", "is_ours"),
    [
        (an_alert(), True),
        ({"labels": {}, "startsAt": "x", "generatorURL": ""}, True),
        ({"labels": {}, "startsAt": "x"}, False),
        ({"labels": [], "startsAt": "x", "annotations": {}}, False),
        ({"labels": {}, "annotations": {}}, False),
    ],
)
def test_an_alert_has_labels_and_a_begin(record: dict[str, Any], is_ours: bool) -> None:
    assert recognises(record) is is_ours
