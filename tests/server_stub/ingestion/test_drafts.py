from dataclasses import replace
from typing import Any

import pytest

from server_stub.domain.strict_json import Flaw
from server_stub.errors import Forbidden, Invalid, TooLarge
from server_stub.ingestion.drafts import IntakeRules, read_draft
from tests.support.server import an_alert_body

RULES = IntakeRules("edr", None, max_alert_bytes=5_000)


def read(rules: IntakeRules = RULES, **fields: Any) -> Any:
    return read_draft(an_alert_body(**fields), rules)


def test_the_source_of_the_request_stands_in_for_a_missing_one() -> None:
    assert read().source == "edr"
    assert read(source="ids").source == "ids"
    assert read(replace(RULES, source_system=None), source_system="siem").source == "siem"


def test_an_alert_without_any_source_is_refused() -> None:
    with pytest.raises(Invalid, match="source: Field required"):
        read(replace(RULES, source_system=None))


def test_only_allowed_sources_are_taken_and_they_match_exactly() -> None:
    rules = replace(RULES, allowed_sources=("edr",))
    assert read(rules).source == "edr"
    for source in ("EDR", "edr ", "ids"):
        with pytest.raises(Forbidden):
            read(rules, source=source)


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"severity": "catastrophic"}, "severity"),
        ({"severity": None}, "severity"),
        ({"threat_type": "gremlins"}, "threat_type"),
        ({"title": ""}, "title"),
        ({"title": 7}, "title"),
        ({"source_ip": "999.1.1.1"}, "source_ip"),
        ({"source_port": 0}, "source_port"),
        ({"source_port": "443"}, "source_port"),
        ({"source_port": True}, "source_port"),
        ({"confidence_score": 1.5}, "confidence_score"),
        ({"confidence_score": "0.5"}, "confidence_score"),
        ({"detected_at": "yesterday"}, "detected_at"),
        ({"detected_at": "0001-01-01T00:00:00+14:00"}, "detected_at"),
        ({"parent_alert_id": 2**63}, "parent_alert_id"),
        ({"external_alert_id": "x" * 256}, "external_alert_id"),
        ({"tags": ["ok", ""]}, "tags.1"),
        ({"enrichment_data": []}, "enrichment_data"),
    ],
)
def test_what_the_contract_does_not_list_is_refused_by_its_place(
    fields: dict[str, Any], place: str
) -> None:
    with pytest.raises(Invalid) as caught:
        read(**fields)
    assert [".".join(map(str, one.loc)) for one in caught.value.fields] == [place]


def test_a_refusal_never_quotes_what_was_sent() -> None:
    with pytest.raises(Invalid) as caught:
        read(severity="hunter2", source_ip="hunter2", detected_at="hunter2", threat_type="hunter2")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("record", [None, 7, "alert", [], [1]])
def test_what_is_no_object_is_no_alert(record: object) -> None:
    with pytest.raises(Invalid, match="object"):
        read_draft(record, RULES)


def test_a_flaw_is_found_where_there_is_cause_to_look() -> None:
    with pytest.raises(Invalid, match="out of range"):
        read(
            replace(RULES, suspicious=True),
            raw_alert_data={"n": [Flaw("A number is out of range")]},
        )


def test_an_alert_over_its_size_is_refused_where_there_is_cause_to_look() -> None:
    big = {"raw_alert_data": {"log": "x" * 6_000}}
    assert read(**big)
    with pytest.raises(TooLarge):
        read(replace(RULES, check_sizes=True), **big)


def test_abuse_47_fields_we_do_not_know_are_dropped() -> None:
    assert not hasattr(read(is_admin=True), "is_admin")
