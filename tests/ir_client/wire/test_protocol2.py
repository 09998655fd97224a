"""What protocol 2 adds is read beside the frames, which stay what they were."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from ir_client.wire.events import NewAlert, server_frames
from ir_client.wire.protocol2 import Batch, Hello, protocol2_frames
from tests.support.builders import an_alert


def a_frame(**fields: Any) -> str:
    return json.dumps(fields)


def test_a_frame_of_protocol_1_dumps_as_it_did() -> None:
    text = NewAlert(data=an_alert()).model_dump_json()
    frame = protocol2_frames.validate_json(json.dumps({**json.loads(text), "seq": 3}))
    assert frame.model_dump_json() == server_frames.validate_json(text).model_dump_json()
    assert set(json.loads(frame.model_dump_json())) == {"type", "data"}


def test_hello_keeps_modes_and_reasons_that_it_does_not_know() -> None:
    data = {"epoch": "e", "seq": 4, "heartbeat_seconds": 15, "mode": "later", "reason": "new"}
    hello = protocol2_frames.validate_json(a_frame(type="hello", seq=4, data=data))
    assert isinstance(hello, Hello)
    assert (hello.data.mode, hello.data.reason) == ("later", "new")


def test_a_batch_keeps_events_that_are_none() -> None:
    events = [{"type": "from_the_future"}, {"type": "pong"}]
    text = a_frame(type="batch", data={"events": events})
    batch = protocol2_frames.validate_json(text)
    assert isinstance(batch, Batch)
    assert list(batch.data.events) == events


@pytest.mark.parametrize("text", ["", "[]", "{", '"x"', "null", '{"type":"hello","data":{}}'])
def test_what_is_no_frame_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        protocol2_frames.validate_json(text)
