from pathlib import Path
from typing import Any

import pytest

from ir_client.formats.falco import SEVERITY_OF_PRIORITY, recognises
from ir_client.formats.outcomes import Rejected
from ir_client.formats.reading import read_drafts
from ir_client.formats.registry import format_named
from ir_client.wire.alerts import AlertDraft

SAMPLES = Path(__file__).parents[4] / "shared/samples/falco"
FALCO = format_named("falco")


def an_alert(output_fields: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    return {
        "rule": "Terminal shell in container",
        "priority": "Notice",
        "output": "14:37:19.037299123: Notice A shell was spawned (user=root)",
        "time": "2026-03-24T14:37:19.037299123Z",
        "output_fields": output_fields or {},
    } | fields


def draft_of(record: dict[str, Any]) -> AlertDraft:
    outcome = FALCO.draft(record)
    assert isinstance(outcome, AlertDraft), outcome
    return outcome


@pytest.mark.parametrize(
    ("priority", "severity"),
    [
        ("Emergency", "critical"),
        ("Alert", "critical"),
        ("CRITICAL", "critical"),
        ("Error", "high"),
        ("warning", "medium"),
        ("Notice", "low"),
        ("Informational", "info"),
        ("Info", "info"),
        ("Debug", "info"),
    ],
)
def test_severity_is_by_the_priority(priority: str, severity: str) -> None:
    assert draft_of(an_alert(priority=priority)).severity == severity


def test_there_is_a_severity_for_each_priority_of_syslog_and_falcos_short_one() -> None:
    assert len(SEVERITY_OF_PRIORITY) == 8 + 1


def test_another_priority_rejects_the_record() -> None:
    assert isinstance(FALCO.draft(an_alert(priority="Loud")), Rejected)


@pytest.mark.parametrize(
    ("output", "text"),
    [
        ("14:37:19.037299123: Notice A shell was spawned", "A shell was spawned"),
        ("2016-08-04T16:17:57.881781397+0000: Warning An open was seen", "An open was seen"),
        ("A shell: Notice how it is kept", "A shell: Notice how it is kept"),
        ("Plain", "Plain"),
    ],
)
def test_the_description_is_the_output_without_time_and_priority(output: str, text: str) -> None:
    assert draft_of(an_alert(output=output)).description == text


@pytest.mark.parametrize(
    ("name", "ends"),
    [
        ("192.0.2.7:43512->198.51.100.7:443", ("192.0.2.7", 43512, "198.51.100.7", 443)),
        (
            "::ffff:192.0.2.7:43512->::ffff:198.51.100.7:443",
            ("192.0.2.7", 43512, "198.51.100.7", 443),
        ),
        ("2001:db8::7:43512->2001:db8::9:443", ("2001:db8::7", 43512, "2001:db8::9", 443)),
        ("/etc/shadow", (None, None, None, None)),
    ],
)
def test_addresses_are_read_out_of_the_name_of_a_connection(
    name: str, ends: tuple[object, ...]
) -> None:
    draft = draft_of(an_alert({"fd.name": name}))
    found = (draft.source_ip, draft.source_port, draft.destination_ip, draft.destination_port)
    assert found == ends


def test_fields_of_their_own_come_before_the_name() -> None:
    fields = {"fd.cip": "192.0.2.1", "fd.name": "192.0.2.7:43512->198.51.100.7:443"}
    assert draft_of(an_alert(fields)).source_ip == "192.0.2.1"


def test_what_falco_writes_for_nothing_is_nothing() -> None:
    fields = {"user.name": "<NA>", "user.loginname": "j.doe", "container.name": "<NA>"}
    draft = draft_of(an_alert(fields))
    assert draft.affected_user == "j.doe"
    assert draft.enrichment_data == {}


def test_tactics_among_the_tags_tell_the_threat() -> None:
    draft = draft_of(an_alert(tags=["container", "mitre_privilege_escalation", "T1611"]))
    assert (draft.threat_type, draft.mitre_techniques) == ("privilege_escalation", ("T1611",))


def test_without_a_time_the_events_own_counts() -> None:
    record = an_alert({"evt.time": 1774363039037299123})
    del record["time"]
    moment = draft_of(record).detected_at
    assert moment is not None
    assert moment.isoformat() == "2026-03-24T14:37:19.037299+00:00"


@pytest.mark.parametrize(
    ("record", "is_ours"),
    [
        (an_alert(), True),
        ({"rule": "x", "priority": "y", "output": "z"}, False),
        ({"rule": {"level": 3}, "priority": "y", "output": "z", "time": "t"}, False),
    ],
)
def test_an_alert_of_falco_has_rule_priority_and_output(
    record: dict[str, Any], is_ours: bool
) -> None:
    assert recognises(record) is is_ours


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="no samples beside the project")
def test_real_alerts_are_mapped_each_with_its_own_id() -> None:
    (path,) = SAMPLES.glob("*.ndjson")
    with path.open("rb") as stream:
        drafts = [reading.outcome for reading in read_drafts(stream)]
    found = [draft for draft in drafts if isinstance(draft, AlertDraft)]
    assert len({draft.external_alert_id for draft in found}) == len(drafts) == 8
    assert {draft.description for draft in found} == {"An open was seen (command=cat /dev/null)"}
