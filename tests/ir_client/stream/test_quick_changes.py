"""What is read the quick way is what the models would read, or it is not read that way at all."""

import copy
import json
import pickle
from collections.abc import Callable
from datetime import UTC
from types import NoneType
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import fields

from ir_client import Alert, AlertRemoved, AlertUpdated, NewAlert
from ir_client.stream import quick_changes as module
from ir_client.stream.quick_changes import QuickFrame, quick_changes, quick_frame
from ir_client.wire.auth import UserRef
from ir_client.wire.base import JsonObject, ReadTime
from ir_client.wire.events import server_frames
from ir_client.wire.protocol2 import protocol2_frames
from tests.support.builders import an_alert

KINDS = ("new_alert", "alert_updated")


def a_change(kind: str = "new_alert", **fields: Any) -> dict[str, Any]:
    return {"type": kind, "data": an_alert(**fields).model_dump(mode="json")}


def encoded(document: object) -> bytes:
    return json.dumps(document).encode()


def in_quick_way(frame: dict[str, Any]) -> QuickFrame:
    told = quick_frame(encoded(frame))
    assert told is not None
    return told


def test_a_change_is_read_with_what_stands_beside_it() -> None:
    told = in_quick_way({"seq": 7, "request_id": "r-1"} | a_change(title="odd"))
    assert told == QuickFrame((NewAlert(data=an_alert(title="odd")),), 7, "r-1")


def test_a_batch_is_read_in_its_order() -> None:
    removal = {"type": "alert_removed", "data": {"id": 3, "revision": 2}}
    events = [a_change(id=1), removal, a_change("alert_updated", id=2)]
    told = in_quick_way({"seq": 9, "type": "batch", "data": {"events": events}})
    assert told.seq == 9
    assert [type(event) for event in told.events] == [NewAlert, AlertRemoved, AlertUpdated]
    assert [event.data.id for event in told.events] == [1, 3, 2]


def test_changes_of_protocol_1_are_read_together_or_not_at_all() -> None:
    frames = [encoded(a_change(kind, id=number)) for number, kind in enumerate(KINDS, start=1)]
    told = quick_changes(frames)
    assert told is not None
    assert [(type(event), event.data.id) for event in told] == [(NewAlert, 1), (AlertUpdated, 2)]
    assert quick_changes([*frames, encoded({"type": "pong"})]) is None


@pytest.mark.parametrize(
    "spoil",
    [
        lambda alert: alert.pop("id"),
        lambda alert: alert.update(id="1"),
        lambda alert: alert.update(revision=None),
        lambda alert: alert.pop("team"),
        lambda alert: alert.update(received_at=7),
        lambda alert: alert.update(updated_at="0001-01-01T00:00:00+23:59"),
        lambda alert: alert.update(assigned_analyst={"id": 1}),
        lambda alert: alert.update(tags="x"),
    ],
)
def test_what_is_not_quite_as_our_server_writes_it_is_left(
    spoil: Callable[[dict[str, Any]], object],
) -> None:
    change = a_change(revision=1)
    spoil(change["data"])
    assert quick_frame(encoded(change)) is None
    assert quick_changes([encoded(change)]) is None


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\xff",
        b"[]",
        b'{"type":"hello","data":{}}',
        b'{"type":"batch","data":{"events":[{"type":"pong"}]}}',
        b'{"type":"batch","data":' + b"[" * 100_000,
    ],
)
def test_what_holds_anything_else_is_left(frame: bytes) -> None:
    assert quick_frame(frame) is None


def test_times_are_in_utc_whatever_their_zone() -> None:
    change = a_change()
    change["data"].update(
        received_at="2026-03-01T12:00:00+02:00",
        updated_at="2026-03-01T12:00:00",
        last_seen_at="2026-03-01T12:00:00-05:00",
    )
    (event,) = in_quick_way(change).events
    assert isinstance(event, NewAlert)
    assert event == server_frames.validate_python(change)
    assert event.alert.received_at.tzinfo is UTC


def test_an_alert_that_was_read_so_is_a_model_like_any_other() -> None:
    (event,) = in_quick_way(a_change(tags=["a"])).events
    assert isinstance(event, NewAlert)
    alert = event.alert
    assert alert == copy.deepcopy(alert) == pickle.loads(pickle.dumps(alert))
    assert alert.model_fields_set == set(Alert.model_fields)
    changed = alert.model_copy(update={"title": "other"})
    assert (changed.title, alert.title) != (alert.title, changed.title)
    with pytest.raises(ValueError, match="frozen"):
        alert.title = "other"  # type: ignore[misc] # that it is refused is the point


def test_an_analyst_is_read_with_all_that_a_user_ref_has() -> None:
    assert {field.name for field in fields(module._Analyst)} == set(UserRef.model_fields)


def test_a_field_that_pydantic_would_change_is_not_made_quick() -> None:
    class Odd(UserRef):
        address: bytes

    with pytest.raises(TypeError, match="bytes"):
        module._shape_of(Odd)


# Values of each kind as JSON can have them, right and wrong.
_numbers = st.integers() | st.floats(width=32) | st.sampled_from([0, -0.0, 1.0, 2**63, 10**30])
_texts = st.text(max_size=8) | st.sampled_from(["", "1", "true", "\ud800", "ä\x00\x1b"])
_times = st.builds(
    lambda moment, zone: moment.isoformat() + zone,
    st.datetimes(),
    st.sampled_from(["Z", "", "+00:00", "-00:00", "+02:00", "-23:59", "z"]),
) | st.sampled_from(["2026-03-01", "2026-03-01 12:00Z", "1", "2026-03-01T24:00:00Z", "x"])
_json = st.recursive(
    st.none() | st.booleans() | _numbers | _texts,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(_texts, inner, max_size=2),
    max_leaves=4,
)
_analysts = st.fixed_dictionaries(
    {"id": _numbers, "username": _texts, "full_name": st.none() | _texts, "role": _texts},
    optional={"email": _texts},
)
_BY_KIND: dict[Any, st.SearchStrategy[Any]] = {
    int: _numbers,
    float: _numbers,
    bool: st.booleans(),
    str: _texts,
    NoneType: st.none(),
    ReadTime: _times,
    UserRef: _analysts,
    JsonObject: st.dictionaries(_texts, _json, max_size=2),
    tuple[str, ...]: st.lists(_texts, max_size=2),
}


def _values_of(hint: Any) -> st.SearchStrategy[Any]:
    kinds = get_args(hint) if NoneType in get_args(hint) else (hint,)
    return st.one_of(*(_BY_KIND[kind] for kind in kinds))


_hints = get_type_hints(Alert, include_extras=True)
_names = st.sampled_from(sorted(Alert.model_fields))
_fields = st.one_of(
    *(st.tuples(st.just(name), _values_of(_hints[name])) for name in Alert.model_fields)
)


@given(
    st.sampled_from(KINDS),
    st.lists(_fields, max_size=4),
    st.none() | st.tuples(_names, _json),
    st.none() | _names,
)
def test_what_is_taken_is_read_as_the_models_read_it(
    kind: str, changed: list[tuple[str, Any]], odd: tuple[str, Any] | None, removed: str | None
) -> None:
    change = a_change(kind)
    change["data"].update(changed + ([odd] if odd is not None else []))
    change["data"].pop(removed, None)
    raw = encoded(change)
    told = quick_frame(raw)
    if told is None:
        return
    (event,) = told.events
    careful = protocol2_frames.validate_json(raw)
    assert event == careful
    # Equal is not the same: 1, 1.0 and True are equal, and are written in three ways.
    assert json.loads(event.model_dump_json()) == json.loads(careful.model_dump_json())
    assert quick_changes([raw]) == [careful]
