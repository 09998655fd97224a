"""What protocol 2 adds is read beside the frames, which stay what they were."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from ir_client.wire.events import NewAlert, Pong, server_frames
from ir_client.wire.protocol2 import (
    AlertRemoved,
    Batch,
    Hello,
    decode_batch,
    decode_sequenced,
    protocol2_frames,
)
from tests.support.builders import an_alert


def a_frame(**fields: Any) -> str:
    return json.dumps(fields)


def test_seq_and_request_id_are_read_beside_the_type() -> None:
    read = decode_sequenced(a_frame(type="pong", seq=7, request_id="r-1", data={}))
    assert (read.seq, read.request_id) == (7, "r-1")
    assert isinstance(read.frame, Pong)


@pytest.mark.parametrize("seq", ["7", None, True, 1.5, []])
def test_a_seq_that_is_no_number_counts_as_missing(seq: object) -> None:
    assert decode_sequenced(a_frame(type="pong", seq=seq)).seq is None


def test_a_frame_of_protocol_1_dumps_as_it_did() -> None:
    text = NewAlert(data=an_alert()).model_dump_json()
    read = decode_sequenced(json.dumps({**json.loads(text), "seq": 3}))
    assert read.frame.model_dump_json() == server_frames.validate_json(text).model_dump_json()
    assert set(json.loads(read.frame.model_dump_json())) == {"type", "data"}


def test_hello_keeps_modes_and_reasons_that_it_does_not_know() -> None:
    data = {"epoch": "e", "seq": 4, "heartbeat_seconds": 15, "mode": "later", "reason": "new"}
    hello = decode_sequenced(a_frame(type="hello", seq=4, data=data)).frame
    assert isinstance(hello, Hello)
    assert (hello.data.mode, hello.data.reason) == ("later", "new")


def test_the_events_of_a_batch_are_frames() -> None:
    events = [
        json.loads(NewAlert(data=an_alert(id=1)).model_dump_json()),
        {"type": "alert_removed", "data": {"id": 2, "revision": 5}},
    ]
    batch = decode_sequenced(a_frame(type="batch", seq=9, data={"events": events})).frame
    assert isinstance(batch, Batch)
    first, second = decode_batch(batch)
    assert isinstance(first, NewAlert)
    assert isinstance(second, AlertRemoved)
    assert (second.data.id, second.data.revision) == (2, 5)


def test_one_bad_event_of_a_batch_leaves_the_others_readable() -> None:
    events = [{"type": "from_the_future"}, {"type": "pong"}]
    batch = decode_sequenced(a_frame(type="batch", data={"events": events})).frame
    assert isinstance(batch, Batch)
    with pytest.raises(ValidationError):
        decode_batch(batch)
    assert isinstance(protocol2_frames.validate_python(batch.data.events[1]), Pong)


@pytest.mark.parametrize("text", ["", "[]", "{", '"x"', "null", '{"type":"hello","data":{}}'])
def test_what_is_no_frame_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - pydantic's error is one, too
        decode_sequenced(text)
