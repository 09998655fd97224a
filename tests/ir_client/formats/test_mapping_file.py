"""A mapping file does what docs/formats.md says of it."""

import io
import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ir_client.formats import (
    FORMATS,
    AlertFormat,
    MappingFileError,
    Rejected,
    Skipped,
    format_from_document,
    read_drafts,
)
from ir_client.wire.alerts import AlertDraft

DOCUMENT = Path("docs/formats.md").read_text()
EXAMPLE = Path("examples/door_sensor.toml")
LEAST = {"name": "acme", "fields": {"title": "text", "severity": {"always": "low"}}}


def a_format(**changes: Any) -> AlertFormat:
    """A format out of the least document, changed; `fields` are added to those it has."""
    document = LEAST | changes
    document["fields"] = LEAST["fields"] | changes.get("fields", {})  # type: ignore[operator]
    return format_from_document(document)


def draft_of(record: dict[str, Any], **changes: Any) -> AlertDraft:
    outcome = a_format(**changes).draft(record)
    assert isinstance(outcome, AlertDraft), outcome
    return outcome


def test_the_example_in_the_docs_is_the_file_and_maps_its_records() -> None:
    section = DOCUMENT.partition("## A mapping of your own")[2].partition("\n## ")[0]
    (block,) = re.findall(r"```toml\n(.*?)```", section, re.DOTALL)
    assert block == EXAMPLE.read_text()
    formats = (format_from_document(tomllib.loads(block)), *FORMATS)
    with Path("examples/door_events.jsonl").open("rb") as stream:
        first, second, third, fourth, fifth = (
            reading.outcome for reading in read_drafts(stream, formats=formats)
        )
    assert isinstance(first, AlertDraft)
    assert first.model_dump(exclude_unset=True, exclude={"raw_alert_data"}, mode="json") == {
        "external_alert_id": "d-1",
        "title": "The server room's door was forced",
        "description": "The server room's door was forced\nSeen by cam-3",
        "severity": "critical",
        "threat_type": "intrusion",
        "source": "door-sensor",
        "detected_at": "2026-03-24T13:37:19Z",
        "affected_hostname": "server-room",
        "source_ip": "192.0.2.40",
        "confidence_score": 0.97,
        "tags": ["night", "floor 2"],
        "mitre_techniques": [],
        "enrichment_data": {"door-sensor": {"door.floor": 2, "firmware": "4.1"}},
    }
    assert isinstance(second, AlertDraft)
    assert (second.title, second.severity, second.affected_user) == (
        "badge twice at lobby",
        "medium",
        "1177",
    )
    assert third == Skipped("heartbeat")
    assert isinstance(fourth, Rejected)
    assert isinstance(fifth, AlertDraft)
    assert fifth.source == "suricata"


_WRONG: list[tuple[dict[str, Any], str]] = [
    ({"fields": {"tittle": "text"}}, "fields.tittle: no field of an alert; did you mean title?"),
    ({"fields": {"colour": "x"}}, "fields.colour: no field of an alert; there are external_alert"),
    (
        {"fields": {"severity": {"at": "level", "words": {"sev1": "urgent"}}}},
        "fields.severity.words.sev1: 'urgent' is no severity; say one of critical, high, medium, "
        "low, info",
    ),
    ({"skip": [{"has": ["x"]}]}, "skip 1.reason: missing: such records are counted under it"),
    ({"skip": [{"reason": "x"}]}, "skip 1: says nothing; write has, lacks or is"),
    ({"skip": {"reason": "x"}}, "skip: write `[[skip]]`"),
    ({"skip": ["x"]}, "skip 1: write `[[skip]]`"),
    ({"recognise": {"is": "alert"}}, "recognise.is: 'alert' is no table; write names and values"),
    ({"recognise": {"hass": ["x"]}}, "recognise.hass: not a key here; did you mean has?"),
    ({"recognise": {"has": ["a..b"]}}, "recognise.has: 'a..b' is no path; write names with dots"),
    ({"recognise": {"is": {"a": [[1]]}}}, "recognise.is.a: [1] is neither a text nor a number"),
    ({"recognise": "all"}, "recognise: 'all' is no table"),
    ({"name": 3}, "name: 3 is no text; put it into quotes"),
    ({"name": "x" * 101}, "name: longer than 100 characters"),
    ({"feilds": {}}, "feilds: not a key here; did you mean fields?"),
    ({"unwrap": "a..b"}, "unwrap: 'a..b' is no path"),
    ({"context": [3]}, "context: 3 is no path"),
    ({"fields": {"source_ip": 3}}, "fields.source_ip: 3 says no source; write a path, a list or"),
    ({"fields": {"source_ip": []}}, "fields.source_ip: [] says no source"),
    ({"fields": {"source_ip": ["a", ".b"]}}, "fields.source_ip[1]: '.b' is no path"),
    ({"fields": {"title": "{a"}}, "fields.title: '{a': expected '}' before end of string"),
    ({"fields": {"title": "{a!r}"}}, "fields.title: '{a!r}': a path alone goes between the"),
    ({"fields": {"title": "{a:>9}"}}, "fields.title: '{a:>9}': a path alone goes between the"),
    ({"fields": {"title": "{}"}}, "fields.title: '' is no path"),
    ({"fields": {"title": {"at": "x"}}}, "fields.title: a table has just one of always, words"),
    ({"fields": {"title": {"always": "x", "of": 1}}}, "fields.title: a table has just one of"),
    ({"fields": {"title": {"always": "x", "at": "y"}}}, "fields.title.at: not a key here; there"),
    ({"fields": {"title": {"always": True}}}, "fields.title.always: True is neither a text nor"),
    ({"fields": {"title": {"words": {"a": "b"}}}}, "fields.title.at: missing: say where"),
    ({"fields": {"title": {"at": "x", "words": {}}}}, "fields.title.words: write a table like"),
    (
        {"fields": {"title": {"at": "x", "words": {"a": "b"}, "part": 1}}},
        "fields.title.part: 1 is neither true nor false",
    ),
    (
        {"fields": {"severity": {"at": "x", "up_to": [[9, "low"], [3, "high"]]}}},
        "fields.severity.up_to: write pairs with limits that grow",
    ),
    ({"fields": {"severity": {"at": "x", "up_to": []}}}, "fields.severity.up_to: write pairs"),
    ({"fields": {"severity": {"at": "x", "up_to": [[3]]}}}, "fields.severity.up_to: write pairs"),
    (
        {"fields": {"severity": {"at": "x", "up_to": [["3", "low"]]}}},
        "fields.severity.up_to: '3' is no number",
    ),
    (
        {"fields": {"severity": {"at": "x", "up_to": [[3, "low"]], "least": True}}},
        "fields.severity.least: True is no number",
    ),
    ({"fields": {"title": {"at": "x", "of": 100}}}, "fields.title.of: only for confidence_score"),
    ({"fields": {"risk_score": {"at": "x", "of": 0}}}, "fields.risk_score.of: 0 is not above 0"),
    (
        {"fields": {"confidence_score": {"always": 90}}},
        "fields.confidence_score.always: 90 is not from 0 to 1",
    ),
    ({"fields": {"threat_type": {"always": "virus"}}}, "fields.threat_type.always: 'virus' is no"),
]


@pytest.mark.parametrize(("changes", "says"), _WRONG)
def test_a_mistake_is_told_with_its_key(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(MappingFileError) as raised:
        a_format(**changes)
    assert str(raised.value).startswith(says)


def test_the_mistakes_in_the_docs_are_told_so() -> None:
    (block,) = re.findall(r"told with its key:\n\n```text\n(.*?)```", DOCUMENT, re.DOTALL)
    told = set()
    for changes, _ in _WRONG:
        with pytest.raises(MappingFileError) as raised:
            a_format(**changes)
        told.add(str(raised.value))
    assert set(block.splitlines()) <= told


@pytest.mark.parametrize("missing", ["title", "severity"])
def test_title_and_severity_must_be_there(missing: str) -> None:
    fields = {name: value for name, value in LEAST["fields"].items() if name != missing}  # type: ignore[attr-defined]
    with pytest.raises(MappingFileError, match=f"fields.{missing}: missing, and every alert needs"):
        format_from_document({"name": "acme", "fields": fields})


def test_a_name_that_is_taken_is_refused() -> None:
    with pytest.raises(MappingFileError, match="name: 'acme' is a format already"):
        format_from_document(LEAST, taken=frozenset({"acme"}))


def test_a_name_must_be_there() -> None:
    with pytest.raises(MappingFileError, match="name: missing"):
        format_from_document({"fields": LEAST["fields"]})


def test_every_row_of_the_docs_about_sources_does_what_it_says() -> None:
    record = {"vendor": "V", "rule": {"name": "R"}, "level": "SEV1", "score": "7", "percent": 40}
    for written, field, value in [
        ('"rule.name"', "title", "R"),
        ('"{vendor}: {rule.name}"', "title", "V: R"),
        ('{always = "acme"}', "title", "acme"),
        ('{at = "level", words = {sev1 = "critical"}}', "severity", "critical"),
        ('{at = "score", up_to = [[3, "low"], [10, "high"]], least = 0}', "severity", "high"),
        ('{at = "percent", of = 100}', "confidence_score", 0.4),
    ]:
        assert f"| `{written}` |" in DOCUMENT
        source = tomllib.loads(f"source = {written}")["source"]
        assert getattr(draft_of(record, fields={"title": "x", field: source}), field) == value


def test_our_own_words_need_no_table() -> None:
    draft = draft_of(
        {"text": "x", "sev": "HIGH", "kind": "malware"},
        fields={"severity": "sev", "threat_type": "kind"},
    )
    assert (draft.severity, draft.threat_type) == ("high", "malware")


def test_a_word_that_is_none_of_ours_rejects_the_record() -> None:
    outcome = a_format(fields={"severity": "sev"}).draft({"text": "x", "sev": "urgent"})
    assert isinstance(outcome, Rejected)
    assert outcome.reason.startswith("no severity that is known; it comes from sev")


@pytest.mark.parametrize(
    ("asked", "record", "holds"),
    [
        ({"has": ["a.b", "c"]}, {"a.b": 1, "c": 2}, True),
        ({"has": ["a.b", "c"]}, {"a": {"b": 1}}, False),
        ({"has": "a"}, {"a": 0}, True),
        ({"lacks": ["a"]}, {"a": None}, True),
        ({"lacks": ["a"]}, {"a": 1}, False),
        ({"is": {"kind": "Alert"}}, {"kind": "ALERT"}, True),
        ({"is": {"kind": ["alert", 7]}}, {"kind": 7}, True),
        ({"is": {"kind": "alert"}}, {"kind": ["log", "alert"]}, True),
        ({"is": {"kind": "alert"}}, {}, False),
        ({"is": {"ok": True}}, {"ok": True}, True),
        ({"is": {"ok": True}}, {"ok": False}, False),
        ({"is": {"ok": True}}, {"ok": 1}, False),
        ({"has": ["a"], "is": {"kind": "x"}}, {"a": 1, "kind": "y"}, False),
    ],
)
def test_recognise_and_skip_ask_alike(
    asked: dict[str, Any], record: dict[str, Any], holds: bool
) -> None:
    assert a_format(recognise=asked).recognises(record) is holds
    outcome = a_format(skip=[{"reason": "why", **asked}]).draft(record)
    assert (outcome == Skipped("why")) is holds


def test_a_mapping_goes_before_the_format_of_the_record_before() -> None:
    mapped = a_format(recognise={"is": {"alert.gid": 7}}, fields={"title": "alert.signature"})
    event = {"event_type": "alert", "timestamp": "2026-03-24T14:40:02Z", "flow_id": 1}
    events = [
        event | {"alert": {"gid": gid, "signature": "Scan", "severity": 2, "signature_id": 1}}
        for gid in (1, 7, 1)
    ]
    content = "\n".join(map(json.dumps, events)).encode()
    readings = read_drafts(io.BytesIO(content), formats=(mapped, *FORMATS))
    assert [one.format_name for one in readings] == ["suricata", "acme", "suricata"]


def test_without_recognise_every_record_is_its_own() -> None:
    assert a_format().recognises({})


@pytest.mark.parametrize(
    ("record", "inside"),
    [
        ({"a": {"items": [{"x": 1}, 2]}}, [{"x": 1}, 2]),
        ({"a": {"items": []}}, None),
        ({"x": 1}, None),
    ],
)
def test_an_envelope_is_opened_at_its_path(record: dict[str, Any], inside: object) -> None:
    assert a_format(unwrap="a.items").unwrap(record) == inside
    assert a_format().unwrap(record) is None


toml_values = st.recursive(
    st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(["a.b", "{a}", "{", "low"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["at", "words", "up_to", "of", "always", "part", "is", "has", "x"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)


@given(
    st.dictionaries(
        st.sampled_from(["name", "title", "unwrap", "recognise", "skip", "context", "tactics"]),
        toml_values,
        max_size=4,
    ),
    st.dictionaries(
        st.sampled_from(["title", "severity", "tags", "risk_score", "detected_at"]),
        toml_values,
        max_size=3,
    ),
)
def test_no_document_gives_anything_but_a_format_or_its_mistake(
    changes: dict[str, Any], fields: dict[str, Any]
) -> None:
    try:
        known = a_format(**changes, fields=fields)
    except MappingFileError:
        return
    assert isinstance(known.draft({"a": {"b": "low"}}), AlertDraft | Skipped | Rejected)
    assert isinstance(known.recognises({"a": 1}), bool)
