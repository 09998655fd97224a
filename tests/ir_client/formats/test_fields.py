import json
from ipaddress import ip_address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from ir_client.formats.fields import READERS, as_number, as_text, read_address, read_techniques
from ir_client.formats.outcomes import RecordError
from ir_client.wire.alerts import AlertDraft


@pytest.mark.parametrize(
    ("value", "text"),
    [("x", "x"), (" x ", "x"), (7, "7"), (0, "0"), (1.5, "1.5"), (True, ""), (None, ""), ([], "")],
)
def test_texts_and_numbers_are_text(value: object, text: str) -> None:
    assert as_text(value) == text


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (7, 7),
        ("7", 7),
        (" 7.5 ", 7.5),
        (True, None),
        ("seven", None),
        ("nan", None),
        ("inf", None),
        (float("inf"), None),
        (10**400, None),
        ("1e999", None),
        (None, None),
        ([7], None),
    ],
)
def test_numbers_are_finite(value: object, number: float | None) -> None:
    assert as_number(value) == number


_FITTING: list[tuple[str, list[Any], Any]] = [
    ("title", ["  two\n lines "], "two lines"),
    ("title", [None, {}, "x"], "x"),
    ("title", ["x" * 1001], "x" * 1000),
    ("external_alert_id", ["x" * 256, "short"], "short"),
    ("external_alert_id", [17], "17"),
    ("source_ip", ["web-1", "192.0.2.7"], "192.0.2.7"),
    ("source_ip", ["[2001:db8::7]"], "2001:db8::7"),
    ("source_ip", ["fe80::1%eth0"], "fe80::1"),
    ("source_ip", ["::ffff:192.0.2.7"], "192.0.2.7"),
    ("source_ip", ["2001:DB8:0::7"], "2001:db8::7"),
    ("source_ip", ["192.0.2.7:443"], None),
    ("source_ip", [3221225991], None),
    ("source_port", [0, "443"], 443),
    ("source_port", [70_000], None),
    ("source_port", [1.5, -1, True, "http"], None),
    ("source_port", [float("inf")], None),
    ("source_port", ["443.0"], 443),
    ("confidence_score", [90, 0.9], 0.9),
    ("confidence_score", [0], 0),
    ("risk_score", [0, "73"], 73),
    ("risk_score", [560], None),
    ("protocol", ["x" * 40], "x" * 32),
    ("tags", ["a", "b", "a", None, 7, {}], ("a", "b", "7")),
    ("tags", ["x" * 101], ("x" * 100,)),
    ("tags", [str(n) for n in range(101)], tuple(str(n) for n in range(100))),
    ("severity", [], None),
]


@pytest.mark.parametrize(("field", "values", "fitted"), _FITTING)
def test_a_field_takes_the_first_value_that_fits(
    field: str, values: list[Any], fitted: object
) -> None:
    assert READERS[field](values) == fitted


@pytest.mark.parametrize(
    ("text", "techniques"),
    [
        ("T1059", ("T1059",)),
        ("attack.t1059.001", ("T1059.001",)),
        ("mitre_T1059", ("T1059",)),
        ("T1021.002 Remote Services + T1570", ("T1021.002", "T1570")),
        ('{"mitre_attack": ["T1566"]}', ("T1566",)),
        ("https://attack.mitre.org/techniques/T1003/001/", ("T1003",)),
        ("T1059 t1059", ("T1059",)),
        ("T105, AT1059, T10590, TA0001, CVE-2021-41773", ()),
    ],
)
def test_techniques_are_found_in_what_names_them(text: str, techniques: tuple[str, ...]) -> None:
    assert read_techniques([text]) == techniques


def test_only_the_first_time_counts_and_has_to_be_one() -> None:
    assert READERS["detected_at"]([]) is None
    with pytest.raises(RecordError):
        READERS["detected_at"](["soon", 1521902239])


@given(st.ip_addresses())
def test_every_address_is_read(address: object) -> None:
    text = read_address([str(address)])
    assert text is not None
    assert ip_address(text) in (address, getattr(address, "ipv4_mapped", None))


junk = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=10**308, max_value=10**310)
    | st.floats()
    | st.text(max_size=1200),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=3,
)
WORDS = {"severity", "threat_type", "detected_at"}


@pytest.mark.parametrize("field", sorted(READERS.keys() - WORDS))
@given(values=st.lists(junk, max_size=3))
def test_what_a_reader_gives_a_draft_takes(field: str, values: list[Any]) -> None:
    value = READERS[field](values)
    if value is None:
        return
    needed = {"external_alert_id": "x", "title": "x", "severity": "low"}
    draft = AlertDraft(**(needed | {field: value}))
    kept = getattr(draft, field)
    assert kept == value
    assert json.loads(TypeAdapter(Any).dump_json(kept)) is not None


def test_there_is_a_reader_for_every_field_that_a_source_can_fill() -> None:
    by_us = {"source_system", "parent_alert_id", "enrichment_data", "raw_alert_data"}
    by_people = {"business_impact", "data_classification"}
    assert AlertDraft.model_fields.keys() - by_us - by_people == READERS.keys()
