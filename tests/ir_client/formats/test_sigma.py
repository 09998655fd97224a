import json
from typing import Any

import pytest

from ir_client.formats.outcomes import Rejected, Skipped
from ir_client.formats.registry import format_named
from ir_client.formats.sigma import recognises, unwrap
from ir_client.wire.alerts import AlertDraft

SIGMA = format_named("sigma")


def a_row(**cells: str) -> dict[str, Any]:
    """A row of Hayabusa's CSV."""
    return {
        "Timestamp": "2026-03-24 15:37:19.037 +01:00",
        "RuleTitle": "Suspicious Rundll32 Activity",
        "Level": "high",
        "Computer": "ws-7",
        "Channel": "Sysmon",
        "EventID": "1",
        "RecordID": "4711",
        "Details": "",
    } | cells


def a_hit(**fields: Any) -> dict[str, Any]:
    """A hit of Chainsaw."""
    event = {"System": {"Computer": "WS01", "Channel": "Security", "EventRecordID": 63}}
    return {
        "name": "Log cleared",
        "id": "5b1d",
        "level": "high",
        "timestamp": "2026-03-24T14:41:27+00:00",
        "document": {"kind": "evtx", "path": "/x.evtx", "data": {"Event": event}},
    } | fields


def draft_of(record: dict[str, Any]) -> AlertDraft:
    outcome = SIGMA.draft(record)
    assert isinstance(outcome, AlertDraft), outcome
    return outcome


@pytest.mark.parametrize(
    ("words", "severity"),
    [
        (("critical", "crit", "CRIT", "emergency", "emer"), "critical"),
        (("high",), "high"),
        (("medium", "med", "med "), "medium"),
        (("low", "low "), "low"),
    ],
)
def test_levels_are_known_long_and_short(words: tuple[str, ...], severity: str) -> None:
    assert {draft_of(a_row(Level=word)).severity for word in words} == {severity}


@pytest.mark.parametrize("level", ["info", "informational", "Info"])
def test_what_is_for_enrichment_is_skipped(level: str) -> None:
    assert SIGMA.draft(a_row(Level=level)) == Skipped("informational event")
    assert SIGMA.draft(a_hit(level=level)) == Skipped("informational event")


def test_a_rule_without_a_level_is_skipped_and_another_level_rejected() -> None:
    assert SIGMA.draft(a_row(Level="undefined")) == Skipped("rule without a level")
    assert isinstance(SIGMA.draft(a_row(Level="grave")), Rejected)


def test_details_are_read_alike_as_text_and_as_an_object() -> None:
    fields = {"SrcIP": "192.0.2.7", "SrcPort": "50001", "TgtUser": "admin", "Cmdline": "a: b -c"}
    text = " ¦ ".join(f"{key}: {value}" for key, value in fields.items())
    for details in (text, fields):
        draft = draft_of(a_row() | {"Details": details})
        assert (draft.source_ip, draft.source_port, draft.affected_user) == (
            "192.0.2.7",
            50001,
            "admin",
        )
        assert draft.description == "\n".join(text.split(" ¦ "))


def test_details_that_are_no_fields_are_left_alone() -> None:
    draft = draft_of(a_row(Details="nothing to tell"))
    assert draft.raw_alert_data["Details"] == "nothing to tell"
    assert draft.description is None


def test_a_finding_has_one_id_in_every_profile() -> None:
    small = draft_of(a_row())
    large = draft_of(a_row(MitreTags="T1218.011", EvtxFile="C:\\x.evtx"))
    assert small.external_alert_id == large.external_alert_id
    assert small.external_alert_id != draft_of(a_row(RecordID="4712")).external_alert_id


def test_timesketchs_profile_has_other_names() -> None:
    row = a_row(datetime="2026-03-24 14:37:19.037 +00:00", message="Log cleared")
    del row["Timestamp"], row["RuleTitle"]
    row["timestamp_desc"] = "hayabusa"
    assert recognises(row)
    draft = draft_of(row)
    assert draft.title == "Log cleared"
    assert draft.detected_at is not None


def test_tactics_and_techniques_are_taken_apart() -> None:
    draft = draft_of(a_row(MitreTactics="Persis ¦ PrivEsc", MitreTags="T1543.003 ¦ G0007"))
    assert draft.tags == ("Persis", "PrivEsc", "T1543.003", "G0007")
    assert draft.mitre_techniques == ("T1543.003",)
    assert draft.threat_type == "intrusion"


def test_each_match_of_a_rule_is_an_alert_of_its_own() -> None:
    rule = {"title": "Mimikatz Use", "id": "06d7", "rule_level": "high", "sigma": [], "count": 2}
    matches = [{"Computer": "A", "EventRecordID": n, "Channel": "Security"} for n in (1, 2)]
    opened = unwrap(rule | {"matches": matches})
    assert opened is not None
    drafts = [draft_of(json.loads(json.dumps(one))) for one in opened]
    assert [draft.external_alert_id for draft in drafts] == [
        "06d7/A/Security/1",
        "06d7/A/Security/2",
    ]
    assert {draft.affected_hostname for draft in drafts} == {"A"}


@pytest.mark.parametrize(
    ("record", "is_ours"),
    [
        (a_row(), True),
        (a_hit(), True),
        ({"level": "high", "name": "x", "documents": []}, True),
        ({"rule_level": "high", "title": "x", "matches": []}, True),
        ({"Level": "high", "title": "x"}, False),
        ({"level": "high", "name": "x"}, False),
        ({"rule_level": "high"}, False),
    ],
)
def test_runners_are_known_by_their_names(record: dict[str, Any], is_ours: bool) -> None:
    assert recognises(record) is is_ours
