from datetime import UTC, datetime
from typing import Any

import pytest

from ir_client.formats.outcomes import Rejected
from tests.support.samples import draft_of, needs_samples, outcome_of, real_outcomes


def an_event(
    severity: str = "5", syslog: dict[str, Any] | None = None, **extension: str
) -> dict[str, Any]:
    header = {
        "version": "0",
        "device_vendor": "Example",
        "device_product": "Wall",
        "device_version": "1",
        "device_event_class_id": "7",
        "name": "Something happened",
        "severity": severity,
    }
    record: dict[str, Any] = {"cef": header, "extension": extension}
    return record | {"syslog": syslog} if syslog else record


@pytest.mark.parametrize(
    ("written", "severity"),
    [
        ("0", "info"),
        ("1", "low"),
        ("3", "low"),
        ("4", "medium"),
        ("6", "medium"),
        ("7", "high"),
        ("8", "high"),
        ("9", "critical"),
        ("10", "critical"),
        ("25", "low"),
        ("69", "medium"),
        ("100", "critical"),
        ("Low", "low"),
        ("Very-High", "critical"),
        ("warning", "medium"),
        ("Unknown", "medium"),
        ("notice", "low"),
    ],
)
def test_severities_are_numbers_or_words(written: str, severity: str) -> None:
    assert draft_of("cef", an_event(written)).severity == severity


@pytest.mark.parametrize(
    ("priority", "severity"),
    [(0, "critical"), (11, "high"), (132, "medium"), (133, "low"), (134, "info"), (135, "info")],
)
def test_the_header_of_syslog_rates_what_the_event_does_not(priority: int, severity: str) -> None:
    assert draft_of("cef", an_event("", {"priority": priority})).severity == severity


@pytest.mark.parametrize("severity", ["", "purple", "-3", "500"])
def test_without_a_severity_that_is_known_it_is_rejected(severity: str) -> None:
    assert isinstance(outcome_of("cef", an_event(severity)), Rejected)


@pytest.mark.parametrize(
    "extension",
    [
        {"rt": "1772442871052"},
        {"rt": "Mar 02 2026 09:14:31.052 UTC"},
        {"rt": "Mar 02 2026 09:14:31.052"},
        {"rt": "Mar 02 09:14:31", "end": "2026-03-02T10:14:31.052+01:00"},
        {"rt": "someday", "start": "1772442871052"},
    ],
)
def test_the_first_time_that_says_its_year_counts(extension: dict[str, str]) -> None:
    moment = datetime(2026, 3, 2, 9, 14, 31, 52000, tzinfo=UTC)
    assert draft_of("cef", an_event(**extension)).detected_at == moment


def test_no_year_is_made_up() -> None:
    event = an_event(syslog={"timestamp": "Mar  2 09:14:31"}, rt="Mar 02 09:14:31")
    assert draft_of("cef", event).detected_at is None


def test_an_event_that_was_relayed_is_the_same() -> None:
    first = an_event(syslog={"host": "relay1", "timestamp": "Mar  2 09:14:31"}, rt="1772442871052")
    again = an_event(syslog={"host": "relay2", "timestamp": "Mar  2 09:14:35"}, rt="1772442871052")
    assert draft_of("cef", first).external_alert_id == draft_of("cef", again).external_alert_id


def test_without_a_time_of_its_own_the_header_tells_events_apart() -> None:
    first = an_event(syslog={"timestamp": "Mar  2 09:14:31"})
    other = an_event(syslog={"timestamp": "Mar  2 09:15:31"})
    assert draft_of("cef", first).external_alert_id != draft_of("cef", other).external_alert_id


def test_the_same_external_id_makes_no_duplicate() -> None:
    ids = {draft_of("cef", an_event(externalId="1", msg=m)).external_alert_id for m in "ab"}
    assert len(ids) == 2


def test_labels_name_the_custom_fields() -> None:
    draft = draft_of(
        "cef",
        an_event(
            cs1Label="Rule Name",
            cs1="Block all",
            cs2Label="Mitre technique",
            cs2="T1190, t1059.001",
            cs3Label="Nothing",
            cs4="no label",
        ),
    )
    assert draft.rule_name == "Block all"
    assert draft.mitre_techniques == ("T1190", "T1059.001")
    assert draft.enrichment_data["cef"]["labels"] == {
        "Rule Name": "Block all",
        "Mitre technique": "T1190, t1059.001",
    }


def test_the_target_is_who_is_affected() -> None:
    draft = draft_of("cef", an_event(suser="a", duser="b", dntdom="D", shost="s", dhost="d"))
    assert (draft.affected_user, draft.affected_hostname) == ("D\\b", "d")
    alone = draft_of("cef", an_event(suser="a", shost="s"))
    assert (alone.affected_user, alone.affected_hostname) == ("a", "s")


@needs_samples
def test_real_lines_are_mapped_but_those_without_a_severity() -> None:
    drafts, skipped, rejected = real_outcomes("cef")
    assert (len(drafts), skipped.total(), len(rejected)) == (11, 0, 2)
    assert [draft.severity for draft in drafts if draft.title == "Test event 1"] == ["low"] * 3
    assert {draft.severity for draft in drafts if draft.title == "Test event 3"} == {"critical"}
