"""Bytes become events, whatever they hold."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ir_client import AlertUpdated, MalformedEvent, NewAlert, UnknownEvent
from ir_client.stream.events import decode
from tests.support.builders import an_alert


def frame(kind: object, data: object) -> bytes:
    return json.dumps({"type": kind, "data": data}).encode()


def test_an_alert_frame_is_its_typed_event_and_live() -> None:
    event = decode(frame("new_alert", an_alert(id=7).model_dump(mode="json")))
    assert isinstance(event, NewAlert)
    assert (event.alert.id, event.origin) == (7, "live")


def test_a_severity_that_we_do_not_know_is_kept() -> None:
    data = an_alert().model_dump(mode="json") | {"severity": "apocalyptic", "novelty": 1}
    event = decode(frame("alert_updated", data))
    assert isinstance(event, AlertUpdated)
    assert event.alert.severity == "apocalyptic"


def test_requirement_20_an_unknown_type_is_unknown_and_keeps_its_text() -> None:
    event = decode(frame("quantum_alert", {"x": 1}))
    assert isinstance(event, UnknownEvent)
    assert event.type == "quantum_alert"
    assert json.loads(event.raw)["data"] == {"x": 1}


def test_requirement_20_a_known_type_with_a_wrong_body_is_malformed_not_unknown() -> None:
    event = decode(frame("new_alert", {"id": "seven"}))
    assert isinstance(event, MalformedEvent)
    assert event.type == "new_alert"
    assert "new_alert.data" in event.reason


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"null", b"[1]", b'"x"', b"\xff\xfe", b'{"data": {}}', b'{"type": 7}']
)
def test_what_is_no_frame_is_malformed(raw: bytes) -> None:
    event = decode(raw)
    assert isinstance(event, MalformedEvent)
    assert event.reason


def test_deep_nesting_is_malformed_or_unknown_but_never_fatal() -> None:
    raw = b'{"type": "x", "data": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    assert isinstance(decode(raw), MalformedEvent | UnknownEvent)


def test_the_reason_never_quotes_the_value() -> None:
    event = decode(frame("new_alert", {"id": "hunter2"}))
    assert isinstance(event, MalformedEvent)
    assert "hunter2" not in event.reason
    assert "hunter2" not in repr(event)


def test_a_huge_unknown_frame_is_cut() -> None:
    event = decode(frame("x" * 1000, "y" * 1_000_000))
    assert isinstance(event, UnknownEvent)
    assert len(event.raw) == 65_536
    assert len(event.type) == 100


@given(st.binary(max_size=200))
def test_no_bytes_raise(raw: bytes) -> None:
    assert decode(raw) is not None


json_values = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@given(
    kind=st.sampled_from(["new_alert", "initial_data", "pong", "error", "nothing", ""]),
    data=json_values,
)
def test_no_document_raises(kind: str, data: object) -> None:
    assert decode(frame(kind, data)) is not None
