from typing import Any

import pytest

from ir_client.formats.mapping import AlertMapping
from ir_client.formats.outcomes import RecordError, Skipped
from ir_client.formats.sources import At, FirstOf, Fixed, Scale, Words
from ir_client.wire.alerts import AlertDraft

LEAST: dict[str, Any] = {"title": At("text"), "severity": At("severity")}
RECORD: dict[str, Any] = {"text": "A thing happened", "severity": "high"}


def draft_of(record: dict[str, Any], **parts: Any) -> AlertDraft:
    parts["fields"] = LEAST | parts.get("fields", {})
    draft = AlertMapping(source="acme", **parts).draft_from(record)
    assert isinstance(draft, AlertDraft)
    return draft


def test_a_field_is_what_its_source_gives() -> None:
    draft = draft_of(RECORD | {"who": "j.doe"}, fields={"affected_user": At("who")})
    assert (draft.title, draft.severity, draft.affected_user) == (
        "A thing happened",
        "high",
        "j.doe",
    )


def test_the_whole_record_is_kept_as_it_was() -> None:
    draft = draft_of(RECORD, view=lambda record: record | {"text": "seen otherwise"})
    assert draft.raw_alert_data == RECORD
    assert draft.title == "seen otherwise"


def test_without_an_id_a_digest_of_the_record_is_one() -> None:
    same, other = dict(reversed(RECORD.items())), RECORD | {"more": 1}
    assert draft_of(RECORD).external_alert_id == draft_of(same).external_alert_id
    assert draft_of(RECORD).external_alert_id != draft_of(other).external_alert_id
    assert draft_of(RECORD).external_alert_id.startswith("acme-")


@pytest.mark.parametrize(
    ("rule", "title"), [({"rule": "Port scan"}, "Port scan"), ({}, "Alert from acme")]
)
def test_without_a_title_the_rule_is_one(rule: dict[str, Any], title: str) -> None:
    record = {"severity": "low"} | rule
    assert draft_of(record, fields={"rule_name": At("rule")}).title == title


def test_a_source_of_its_own_goes_before_the_formats() -> None:
    assert draft_of(RECORD).source == "acme"
    record = RECORD | {"product": "edr"}
    assert draft_of(record, fields={"source": At("product")}).source == "edr"


def test_a_missing_severity_says_where_it_comes_from() -> None:
    fields = LEAST | {"severity": Words("level", table={"1": "high"})}
    with pytest.raises(RecordError) as raised:
        AlertMapping(source="acme", fields=fields).draft_from(RECORD)
    assert str(raised.value) == "no severity that is known; it comes from level: 1 → high"


def test_a_number_outside_its_scale_rejects_the_record() -> None:
    fields = LEAST | {"severity": Scale("level", up_to=((3, "low"),))}
    with pytest.raises(RecordError, match="level is 4"):
        AlertMapping(source="acme", fields=fields).draft_from(RECORD | {"level": 4})


@pytest.mark.parametrize(
    ("record", "threat"),
    [
        ({"technique": "T1486", "tactic": "Discovery"}, "ransomware"),
        ({"technique": "T9999", "tactic": "Discovery"}, "reconnaissance"),
        ({"technique": "T9999"}, "unknown"),
        ({"kind": "phishing", "technique": "T1486"}, "phishing"),
    ],
)
def test_the_threat_type_comes_from_its_source_else_from_attack(
    record: dict[str, Any], threat: str
) -> None:
    fields = {"threat_type": At("kind"), "mitre_techniques": At("technique")}
    assert draft_of(RECORD | record, fields=fields, tactics=("tactic",)).threat_type == threat


def test_context_is_kept_under_the_name_of_the_format() -> None:
    record = RECORD | {"a": {"b": [1, 2]}, "c": "x"}
    draft = draft_of(record, context=("a.b", "c", "d"))
    assert draft.enrichment_data == {"acme": {"a.b": [1, 2], "c": "x"}}
    assert draft_of(RECORD, context=("a.b",)).enrichment_data == {}


def test_what_is_no_alert_is_skipped_before_it_is_looked_into() -> None:
    def view(record: dict[str, Any]) -> dict[str, Any]:
        raise AssertionError

    mapping = AlertMapping(source="acme", fields=LEAST, view=view, skip=lambda _: "no alert")
    assert mapping.draft_from({}) == Skipped("no alert")


def test_a_mapping_of_no_such_field_is_refused() -> None:
    with pytest.raises(ValueError, match="no such fields of an alert: colour"):
        AlertMapping(source="acme", fields=LEAST | {"colour": Fixed("red")})


@pytest.mark.parametrize("missing", ["title", "severity"])
def test_a_mapping_without_title_or_severity_is_refused(missing: str) -> None:
    fields = {name: source for name, source in LEAST.items() if name != missing}
    with pytest.raises(ValueError, match=f"says where these come from: {missing}"):
        AlertMapping(source="acme", fields=fields)


def test_a_field_of_one_value_asks_no_further_than_it_has_to() -> None:
    severity = FirstOf(
        Words("word", table={"grave": "high"}), Scale("number", up_to=((10, "low"),))
    )
    assert draft_of(RECORD | {"word": "grave", "number": 99}, fields={"severity": severity})
    with pytest.raises(RecordError, match="number is 99"):
        draft_of(RECORD | {"word": "odd", "number": 99}, fields={"severity": severity})


def test_it_asks_on_until_something_fits() -> None:
    address = FirstOf(At("src", "client"), Fixed("192.0.2.9"))
    found = draft_of(RECORD | {"src": "web-1", "client": "10.0.0.1"}, fields={"source_ip": address})
    assert found.source_ip == "10.0.0.1"
    assert (
        draft_of(RECORD | {"src": "web-1"}, fields={"source_ip": address}).source_ip == "192.0.2.9"
    )


def test_a_field_of_many_values_takes_those_of_all_sources() -> None:
    tags = FirstOf(At("group", "labels"), Fixed("always"))
    draft = draft_of(RECORD | {"group": "a", "labels": ["b", "a"]}, fields={"tags": tags})
    assert draft.tags == ("a", "b", "always")
