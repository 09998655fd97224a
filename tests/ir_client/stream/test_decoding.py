"""A frame becomes its events, in both protocols, whatever it holds."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ir_client import AlertRemoved, AlertUpdated, MalformedEvent, NewAlert, UnknownEvent
from ir_client.stream import decoding
from ir_client.stream.decoding import Decoded, changes_of, decode_frames
from ir_client.wire.events import Pong
from ir_client.wire.protocol2 import Hello
from tests.support.builders import an_alert


def decoded(protocol: int = 2, **frame: Any) -> Decoded:
    return decode_frames(json.dumps(frame).encode(), protocol=protocol)


def an_event(alert_id: int = 1, kind: str = "new_alert") -> dict[str, Any]:
    return {"type": kind, "data": an_alert(id=alert_id).model_dump(mode="json")}


def test_what_stands_beside_the_type_comes_along() -> None:
    pong = decoded(type="pong", seq=7, request_id="r-1")
    assert pong == Decoded((Pong(),), 7, "r-1")


@pytest.mark.parametrize("seq", ["7", 7.5, True, None, [7]])
def test_a_seq_of_a_wrong_kind_counts_as_missing(seq: object) -> None:
    assert decoded(type="pong", seq=seq, request_id=7) == Decoded((Pong(),), None, None)


def test_a_batch_is_its_events_in_their_order() -> None:
    removal = {"type": "alert_removed", "data": {"id": 3, "revision": 2}}
    events = [an_event(1), an_event(2, "alert_updated"), removal]
    batch = decoded(type="batch", seq=9, data={"events": events})
    assert [type(event) for event in batch.events] == [NewAlert, AlertUpdated, AlertRemoved]
    assert batch.seq == 9


def test_requirement_20_a_bad_event_takes_no_other_of_its_batch_along() -> None:
    events = [
        an_event(1),
        {"type": "new_alert", "data": {"id": "hunter2"}},
        {"type": "alert_teleported", "data": 1},
        an_event(2),
    ]
    batch = decoded(type="batch", seq=9, data={"events": events})
    first, malformed, unknown, last = batch.events
    assert isinstance(first, NewAlert)
    assert isinstance(last, NewAlert)
    assert isinstance(malformed, MalformedEvent)
    assert malformed.type == "new_alert"
    assert "hunter2" not in malformed.reason
    assert isinstance(unknown, UnknownEvent)
    assert json.loads(unknown.raw) == events[2]


_removals = st.builds(
    lambda alert_id, revision: {
        "type": "alert_removed",
        "data": {"id": alert_id, "revision": revision},
    },
    st.integers(1, 9),
    st.integers(1, 9),
)
_changes = st.builds(an_event, st.integers(1, 9), st.sampled_from(["new_alert", "alert_updated"]))
_oddities = st.sampled_from(
    [
        an_event() | {"data": {"id": "x"}},
        {"type": "new_alert"},
        {"type": "novelty", "data": 1},
        {"type": "heartbeat", "data": {}},
        7,
    ]
)


@given(
    st.lists(_changes | _removals | _oddities, max_size=4),
    st.sampled_from(["batch", "single"]),
    st.integers(-1, 10**20),
)
def test_what_is_read_in_one_go_is_what_the_careful_way_reads(
    events: list[Any], shape: str, seq: int
) -> None:
    document = {"seq": seq, "type": "batch", "data": {"events": events}}
    if shape == "single":
        document = {"seq": seq, **(events[0] if events and isinstance(events[0], dict) else {})}
    compact = json.dumps(document, separators=(",", ":")).encode()
    blank = json.dumps(document).encode()  # the blanks alone make it take the careful way
    assert decode_frames(compact, protocol=2) == decode_frames(blank, protocol=2)


def test_changes_as_our_server_writes_them_take_the_short_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr(decoding, "from_json")  # the careful way begins with it
    batch = {"seq": 9, "type": "batch", "data": {"events": [an_event(1), an_event(2)]}}
    for frame in (batch, {"seq": 9} | an_event(3), {"seq": 9} | an_event(4, "alert_updated")):
        told = decode_frames(json.dumps(frame, separators=(",", ":")).encode(), protocol=2)
        assert told.seq == 9
        assert all(isinstance(event, NewAlert | AlertUpdated) for event in told.events)


def test_a_batch_without_events_says_nothing() -> None:
    assert decoded(type="batch", seq=9, data={"events": []}) == Decoded((), 9)


@pytest.mark.parametrize("events", [{}, [1], "x", None])
def test_a_batch_that_is_none_is_malformed(events: object) -> None:
    (event,) = decoded(type="batch", seq=9, data={"events": events}).events
    assert isinstance(event, MalformedEvent)


def test_the_frames_of_protocol_2_mean_nothing_in_protocol_1() -> None:
    hello = {"epoch": "e", "seq": 1, "heartbeat_seconds": 15, "mode": "live"}
    (told,) = decoded(2, type="hello", data=hello).events
    (plain,) = decoded(1, type="hello", data=hello, seq=3).events
    assert isinstance(told, Hello)
    assert isinstance(plain, UnknownEvent)
    assert decoded(1, type="pong", seq=3).seq is None


@pytest.mark.parametrize("protocol", [1, 2])
@pytest.mark.parametrize("raw", [b"", b"{", b"null", b"[1]", b'"x"', b"\xff\xfe", b'{"type": 7}'])
def test_what_is_no_frame_is_malformed(raw: bytes, protocol: int) -> None:
    (event,) = decode_frames(raw, protocol=protocol).events
    assert isinstance(event, MalformedEvent)


@pytest.mark.parametrize("protocol", [1, 2])
@pytest.mark.parametrize(
    "inside", [b"[" * 100_000 + b"]" * 100_000, b"[" * 150 + b"]" * 150, b"NaN", b'"\\ud800"']
)
def test_odd_json_is_never_fatal(inside: bytes, protocol: int) -> None:
    frame = b'{"type": "x", "data": ' + inside + b"}"
    (event,) = decode_frames(frame, protocol=protocol).events
    assert isinstance(event, UnknownEvent | MalformedEvent)


@given(st.binary(max_size=200), st.sampled_from([1, 2]))
def test_no_bytes_raise(raw: bytes, protocol: int) -> None:
    assert decode_frames(raw, protocol=protocol).events


_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
_types = st.sampled_from(["batch", "hello", "reset", "new_alert", "resumed", "novelty"]) | _values


@given(st.fixed_dictionaries({"type": _types, "data": _values | st.just({"events": [{}]})}))
def test_no_document_raises(document: dict[str, Any]) -> None:
    decode_frames(json.dumps(document).encode(), protocol=2)


def test_changes_that_came_together_are_read_together() -> None:
    alerts = [an_alert(id=number) for number in range(1, 4)]
    events = [NewAlert(data=alerts[0]), *(AlertUpdated(data=alert) for alert in alerts[1:])]
    assert changes_of([event.model_dump_json().encode() for event in events]) == events


@pytest.mark.parametrize(
    "other",
    [
        b'{"type":"pong"}',
        b'{"type":"of a newer server","data":{}}',
        b'{"type":"new_alert","data":{"id":1}}',
        b"",
        b"no JSON",
        b"\xff",
        NewAlert(data=an_alert()).model_dump_json().encode() * 2,
        b",".join([NewAlert(data=an_alert()).model_dump_json().encode()] * 2),
    ],
)
def test_frames_of_which_one_is_no_change_are_left_to_be_read_one_by_one(other: bytes) -> None:
    change = NewAlert(data=an_alert()).model_dump_json().encode()
    assert changes_of([change, other]) is None
    assert changes_of([other, change]) is None
