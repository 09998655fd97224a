"""Frames of the stream: unknown and malformed ones can be told apart."""

import json

import pytest
from pydantic import ValidationError

from ir_client.wire.events import NewAlert, Pong, server_frames
from tests.support.builders import an_alert


def test_a_frame_is_read_from_bytes_into_its_type() -> None:
    frame = server_frames.validate_json(NewAlert(data=an_alert(id=5)).model_dump_json().encode())
    assert isinstance(frame, NewAlert)
    assert frame.alert == an_alert(id=5)
    assert frame.origin == "live"


def test_a_state_that_was_fetched_says_so_and_the_wire_does_not_carry_it() -> None:
    fetched = NewAlert.backfilled(an_alert())
    assert fetched.origin == "backfill"
    assert set(json.loads(fetched.model_dump_json())) == {"type", "data"}


@pytest.mark.parametrize("text", ['{"type":"pong"}', '{"type":"pong","data":{"timestamp":"x"}}'])
def test_a_pong_may_carry_anything(text: str) -> None:
    assert isinstance(server_frames.validate_json(text), Pong)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{"type":"from_the_future","data":{}}', "union_tag_invalid"),
        ('{"data":{}}', "union_tag_not_found"),
        ('{"type":"new_alert","data":{"id":"x"}}', "int_parsing"),
    ],
)
def test_an_unknown_type_is_not_a_malformed_frame(text: str, problem: str) -> None:
    with pytest.raises(ValidationError) as refused:
        server_frames.validate_json(text)
    assert refused.value.errors()[0]["type"] == problem
