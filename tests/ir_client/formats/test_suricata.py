from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ir_client.formats.outcomes import Rejected, Skipped
from ir_client.formats.reading import read_drafts
from ir_client.formats.registry import format_named
from ir_client.formats.suricata import recognises
from ir_client.wire.alerts import AlertDraft

SAMPLES = Path(__file__).parents[4] / "shared/samples/suricata_eve"
needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="no samples beside the project")
SURICATA = format_named("suricata")


def an_event(*, rule: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    """An EVE alert of priority 2."""
    alert = {
        "action": "allowed",
        "gid": 1,
        "signature_id": 2001219,
        "rev": 20,
        "signature": "ET SCAN Potential SSH Scan",
        "category": "Attempted Information Leak",
        "severity": 2,
    }
    event = {
        "timestamp": "2018-03-24T14:37:19.037299-0600",
        "flow_id": 928532049924531,
        "event_type": "alert",
        "src_ip": "192.0.2.7",
        "src_port": 26078,
        "dest_ip": "10.47.8.150",
        "dest_port": 22,
        "proto": "TCP",
        "alert": alert | (rule or {}),
    }
    return event | fields


def draft_of(event: dict[str, Any]) -> AlertDraft:
    outcome = SURICATA.draft(event)
    assert isinstance(outcome, AlertDraft), outcome
    return outcome


def test_an_alert_keeps_who_where_and_which_rule() -> None:
    draft = draft_of(an_event())
    assert draft.title == "ET SCAN Potential SSH Scan"
    assert draft.rule_id == "1:2001219"
    assert draft.rule_name == "ET SCAN Potential SSH Scan"
    assert (draft.source_ip, draft.source_port) == ("192.0.2.7", 26078)
    assert (draft.destination_ip, draft.destination_port) == ("10.47.8.150", 22)
    assert (draft.source, draft.protocol) == ("suricata", "TCP")
    assert draft.description == (
        "TCP 192.0.2.7:26078 → 10.47.8.150:22. Attempted Information Leak. The sensor allowed it"
    )


def test_the_whole_record_is_kept() -> None:
    event = an_event(payload="UFJJVk1TRw==")
    assert draft_of(event).raw_alert_data == event


def test_a_time_with_an_offset_becomes_utc() -> None:
    assert draft_of(an_event()).detected_at == datetime(2018, 3, 24, 20, 37, 19, 37299, tzinfo=UTC)


@pytest.mark.parametrize(
    ("priority", "category", "severity"),
    [
        (1, "A Network Trojan was detected", "high"),
        (1, "Successful Administrator Privilege Gain", "critical"),
        (1, "Successful User Privilege Gain", "critical"),
        (2, "Attempted Information Leak", "medium"),
        (3, "Misc activity", "low"),
        (4, "anything", "info"),
        (255, "anything", "info"),
    ],
)
def test_severity_follows_the_priority(priority: int, category: str, severity: str) -> None:
    rule = {"severity": priority, "category": category}
    assert draft_of(an_event(rule=rule)).severity == severity


@pytest.mark.parametrize(
    ("word", "severity"),
    [("Critical", "critical"), ("Major", "high"), ("Minor", "low"), ("Informational", "info")],
)
def test_what_the_rule_says_of_its_severity_comes_first(word: str, severity: str) -> None:
    rule = {"metadata": {"signature_severity": [word]}, "severity": 3}
    assert draft_of(an_event(rule=rule)).severity == severity


@pytest.mark.parametrize("priority", ["urgent", 0, 256, None, True, 1.5])
def test_an_unknown_severity_is_rejected_with_what_it_was(priority: object) -> None:
    outcome = SURICATA.draft(an_event(rule={"severity": priority}))
    assert isinstance(outcome, Rejected)
    assert outcome.reason.startswith(f"alert.severity is {priority!r}")


@pytest.mark.parametrize(
    ("category", "threat_type"),
    [
        ("A Network Trojan was detected", "malware"),
        ("Malware Command and Control Activity Detected", "command_and_control"),
        ("Web Application Attack", "web_attack"),
        ("Potential Corporate Privacy Violation", "policy_violation"),
        ("Something of our own", "unknown"),
        (None, "unknown"),
    ],
)
def test_threat_type_comes_from_the_class(category: str | None, threat_type: str) -> None:
    assert draft_of(an_event(rule={"category": category})).threat_type == threat_type


def test_metadata_gives_tags_techniques_and_confidence() -> None:
    metadata = {
        "mitre_technique_id": ["T1110", "T1110", "T1021"],
        "tag": ["Brute_Force", "Brute_Force"],
        "attack_target": ["Server"],
        "malware_family": "Emotet",
        "confidence": ["High"],
        "updated_at": ["2024_01_01"],
    }
    draft = draft_of(an_event(rule={"metadata": metadata, "action": "blocked"}))
    assert draft.mitre_techniques == ("T1110", "T1021")
    assert draft.tags == ("Brute_Force", "malware_family:Emotet", "attack_target:Server", "blocked")
    assert draft.confidence_score == 0.9


def test_the_same_record_has_the_same_id_and_any_other_has_not() -> None:
    first, again = an_event(), dict(reversed(an_event().items()))
    other = an_event(flow_id=928532049924532)
    assert draft_of(first).external_alert_id == draft_of(again).external_alert_id
    assert draft_of(first).external_alert_id != draft_of(other).external_alert_id


@pytest.mark.parametrize(
    ("layer", "shown"),
    [
        (
            {"http": {"http_method": "GET", "hostname": "example.com", "url": "/x?y"}},
            "GET example.com/x?y",
        ),
        ({"tls": {"sni": "example.net"}}, "TLS to example.net"),
        ({"dns": {"rrname": "example.org"}}, "DNS query for example.org"),
    ],
)
def test_the_application_layer_is_in_the_description(layer: dict[str, Any], shown: str) -> None:
    assert shown in (draft_of(an_event(**layer)).description or "")


def test_what_fits_no_field_is_left_to_the_raw_record() -> None:
    event = an_event(src_ip="not an address", src_port=0, dest_port=70_000, proto=None)
    draft = draft_of(event)
    assert (draft.source_ip, draft.source_port, draft.destination_port) == (None, None, None)
    assert draft.raw_alert_data == event


def test_a_rule_without_a_name_still_has_a_title() -> None:
    assert draft_of(an_event(rule={"signature": ""})).title == "Suricata rule 1:2001219"


@pytest.mark.parametrize("timestamp", ["yesterday", 0, True, {}, "0001-01-01T00:00:00+2359"])
def test_a_time_that_cannot_be_read_is_rejected(timestamp: object) -> None:
    outcome = SURICATA.draft(an_event(timestamp=timestamp))
    assert isinstance(outcome, Rejected)
    assert outcome.reason.startswith("its time is ")


def test_other_events_are_skipped_by_their_type() -> None:
    assert SURICATA.draft({"event_type": "flow", "flow_id": 1}) == Skipped("event type flow")


def test_an_alert_event_without_its_rule_is_rejected() -> None:
    assert isinstance(SURICATA.draft({"event_type": "alert", "flow_id": 1}), Rejected)


junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(
    st.dictionaries(st.sampled_from([*sorted(an_event()["alert"]), "metadata"]), junk),
    st.dictionaries(st.sampled_from([*an_event(), "http", "tls", "dns", "host"]), junk),
)
def test_no_record_makes_the_mapping_raise(rule: dict[str, Any], fields: dict[str, Any]) -> None:
    outcome = SURICATA.draft(an_event(rule=rule, **fields))
    assert isinstance(outcome, AlertDraft | Skipped | Rejected)


@pytest.mark.parametrize(
    ("record", "is_ours"),
    [
        ({"event_type": "dns", "timestamp": "x"}, True),
        ({"event_type": "alert", "alert": {}}, True),
        ({"event_type": 3, "timestamp": "x"}, False),
        ({"title": "x", "severity": "high"}, False),
    ],
)
def test_eve_is_recognised_by_its_event_type(record: dict[str, Any], is_ours: bool) -> None:
    assert recognises(record) is is_ours


@needs_samples
@pytest.mark.parametrize(("year", "count"), [(2017, 161), (2018, 207)])
def test_a_real_file_gives_a_distinct_draft_for_each_alert(year: int, count: int) -> None:
    path = SAMPLES / f"frankhassanabad__wrccdc-{year}.alerts-only.json"
    with path.open("rb") as stream:
        drafts = [reading.outcome for reading in read_drafts(stream)]
    ids = {draft.external_alert_id for draft in drafts if isinstance(draft, AlertDraft)}
    assert len(ids) == len(drafts) == count


@needs_samples
def test_mixed_events_give_their_one_alert_and_say_what_was_skipped() -> None:
    with (SAMPLES / "tenzir-vast__mixed-event-types.eve.ndjson").open("rb") as stream:
        outcomes = [reading.outcome for reading in read_drafts(stream)]
    reasons = [outcome.reason for outcome in outcomes if isinstance(outcome, Skipped)]
    assert isinstance(outcomes[0], AlertDraft)
    assert reasons == [
        f"event type {t}" for t in ["dns", "fileinfo", "flow", "http", "netflow", "stats"]
    ]
