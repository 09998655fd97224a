import io
from pathlib import Path
from typing import Any

import pytest

from ir_client.formats.outcomes import Rejected, Skipped
from ir_client.formats.reading import read_drafts
from ir_client.formats.registry import format_named
from ir_client.formats.zeek import recognises
from ir_client.formats.zeek_tables import SEVERITY_OF_NOTE
from ir_client.wire.alerts import AlertDraft

SAMPLES = Path(__file__).parents[4] / "shared/samples/zeek_notice"
ZEEK = format_named("zeek")


def a_notice(note: str = "SSH::Password_Guessing", **fields: Any) -> dict[str, Any]:
    return {"ts": 1774362000.5, "note": note, "msg": "Something was noticed"} | fields


def draft_of(record: dict[str, Any]) -> AlertDraft:
    outcome = ZEEK.draft(record)
    assert isinstance(outcome, AlertDraft), outcome
    return outcome


@pytest.mark.parametrize(
    ("note", "actions", "severity"),
    [
        ("Heartbleed::SSL_Heartbeat_Attack_Success", [], "critical"),
        ("Intel::Notice", [], "high"),
        ("SSH::Password_Guessing", ["Notice::ACTION_ALARM"], "medium"),
        ("Scan::Port_Scan", [], "low"),
        ("CaptureLoss::Too_Much_Loss", [], "info"),
        ("ATTACK::Execution", [], "high"),
        ("CVE_2021_44228::LOG4J_ATTEMPT_HEADER", [], "high"),
        ("Site::Own", [], "medium"),
        ("Site::Own", ["Notice::ACTION_LOG"], "medium"),
        ("Site::Own", ["Notice::ACTION_LOG", "Notice::ACTION_ALARM"], "high"),
        ("Site::Own", ["Notice::ACTION_EMAIL"], "high"),
        ("Site::Own", ["Notice::ACTION_PAGE"], "high"),
    ],
)
def test_severity_is_by_the_type_of_the_notice(
    note: str, actions: list[str], severity: str
) -> None:
    assert draft_of(a_notice(note, actions=actions)).severity == severity


@pytest.mark.parametrize(
    ("note", "threat_type"),
    [
        ("SSH::Password_Guessing", "credential_access"),
        ("HTTP::SQL_Injection_Attacker", "web_attack"),
        ("Scan::Address_Scan", "reconnaissance"),
        ("TeamCymruMalwareHashRegistry::Match", "malware"),
        ("ATTACK::Credential_Access", "credential_access"),
        ("ATTACK::Discovery", "reconnaissance"),
        ("SSL::Certificate_Expired", "policy_violation"),
        ("Notice::Tally", "unknown"),
    ],
)
def test_the_threat_is_by_the_type_too(note: str, threat_type: str) -> None:
    assert draft_of(a_notice(note)).threat_type == threat_type


def test_techniques_are_read_only_where_attack_is_meant() -> None:
    named = {"sub": "T1021.002 Remote Services + T1570", "msg": "T9999"}
    assert draft_of(a_notice("ATTACK::Lateral_Movement", **named)).mitre_techniques == (
        "T1021.002",
        "T1570",
        "T9999",
    )
    assert draft_of(a_notice("Site::Own", **named)).mitre_techniques == ()


def test_the_notice_says_source_and_destination_before_its_connection() -> None:
    connection = {"id.orig_h": "192.0.2.1", "id.resp_h": "192.0.2.2", "id.resp_p": 22}
    assert draft_of(a_notice(**connection)).source_ip == "192.0.2.1"
    draft = draft_of(a_notice(**connection, src="192.0.2.8", dst="192.0.2.9", p=2222))
    assert (draft.source_ip, draft.destination_ip, draft.destination_port) == (
        "192.0.2.8",
        "192.0.2.9",
        22,
    )


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"_path": "conn"}, "Zeek log conn"),
        ({"_path": "notice_alarm"}, "Zeek log notice_alarm"),
        ({"note": None}, "Zeek log other than notice"),
    ],
)
def test_other_logs_are_skipped_by_name(fields: dict[str, Any], reason: str) -> None:
    assert ZEEK.draft(a_notice(uid="C1") | fields) == Skipped(reason)


@pytest.mark.parametrize(
    ("record", "is_ours"),
    [
        (a_notice(), True),
        ({"_path": "conn", "ts": 1}, True),
        ({"ts": 1, "uid": "C1"}, True),
        ({"ts": 1, "message": "x"}, False),
        ({"note": "x", "msg": "y"}, False),
    ],
)
def test_a_line_of_zeek_has_its_time_and_a_name_of_zeeks(
    record: dict[str, Any], is_ours: bool
) -> None:
    assert recognises(record) is is_ours


def test_the_table_is_written_as_it_is_looked_up() -> None:
    assert all(note == note.lower() and "::" in note for note in SEVERITY_OF_NOTE)


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="no samples beside the project")
def test_real_logs_give_a_draft_a_line() -> None:
    # Zeek's own tests mask times; one file has a real 0, which is no time.
    outcomes = []
    for path in sorted(SAMPLES.glob("*.log")):
        text = path.read_text().replace("XXXXXXXXXX.XXXXXX", "1521912345.123456")
        if "#path\tnotice" in text:
            outcomes += [one.outcome for one in read_drafts(io.BytesIO(text.encode()))]
    drafts = [outcome for outcome in outcomes if isinstance(outcome, AlertDraft)]
    assert (len(outcomes), len(drafts)) == (30, 29)
    assert next(one for one in outcomes if isinstance(one, Rejected)).reason.startswith(
        "its time is"
    )
    assert {draft.severity for draft in drafts} == {"high", "medium", "low", "info"}
