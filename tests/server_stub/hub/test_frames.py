import json

import pytest
from websockets.frames import Frame, Opcode
from websockets.streams import StreamReader

from server_stub.hub.frames import envelope, plain_frame, text_frame


def parsed(data: bytes) -> Frame:
    """What a WebSocket library reads from `data`."""
    reader = StreamReader()
    reader.feed_data(data)
    reading = Frame.parse(reader.read_exact, mask=False)
    try:
        next(reading)
    except StopIteration as finished:
        frame: Frame = finished.value
        return frame
    raise AssertionError("the frame is not complete")


@pytest.mark.parametrize("length", [0, 1, 125, 126, 127, 65_535, 65_536, 1_000_000])
def test_a_frame_of_any_length_is_read_as_one_text_message(length: int) -> None:
    frame = parsed(text_frame(b"x" * length))
    assert (frame.opcode, frame.fin, len(frame.data)) == (Opcode.TEXT, True, length)


def test_an_envelope_has_a_type_and_data_and_nothing_else() -> None:
    frame = parsed(envelope("new_alert", b'{"id":1}'))
    assert json.loads(bytes(frame.data)) == {"type": "new_alert", "data": {"id": 1}}


def test_a_plain_frame_encodes_its_data() -> None:
    assert json.loads(bytes(parsed(plain_frame("error", {"message": 'so"so'})).data)) == {
        "type": "error",
        "data": {"message": 'so"so'},
    }
