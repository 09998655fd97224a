"""Frames of the stream: unknown and malformed ones can be told apart."""

import copy
import json
import pickle

import pytest
from pydantic import ValidationError

from ir_client.wire.events import AlertUpdated, NewAlert, Pong, server_frames
from tests.support.builders import an_alert


def test_a_frame_is_read_from_bytes_into_its_type() -> None:
    frame = server_frames.validate_json(NewAlert(data=an_alert(id=5)).model_dump_json().encode())
    assert isinstance(frame, NewAlert)
    assert frame.alert == an_alert(id=5)
    assert frame.origin == "live"


def test_a_state_that_was_fetched_says_so_and_the_wire_does_not_carry_it() -> None:
    fetched = NewAlert.backfilled(an_alert())
    assert fetched.origin == "backfill"
    assert NewAlert(data=an_alert()).origin == "live"
    assert set(json.loads(fetched.model_dump_json())) == {"type", "data"}
    assert set(json.loads(server_frames.dump_json(fetched))) == {"type", "data"}


def test_a_fetched_state_stays_one_when_it_is_copied_or_pickled() -> None:
    fetched = AlertUpdated.backfilled(an_alert())
    for same in (copy.deepcopy(fetched), pickle.loads(pickle.dumps(fetched)), fetched.model_copy()):
        assert same == fetched
        assert same.origin == "backfill"


def test_the_wire_cannot_say_that_a_state_was_fetched() -> None:
    frame = json.loads(NewAlert(data=an_alert()).model_dump_json()) | {"origin": "backfill"}
    event = server_frames.validate_python(frame)
    assert isinstance(event, NewAlert)
    assert event.origin == "live"


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
