"""Make the bytes of a frame.

A text frame that a server sends is not masked, so a frame of protocol 1 is the same for everyone
and made once (RFC 6455, section 5.2). In protocol 2 the position is the subscriber's own, and is
put in front of what all share. Pure.
"""

import json
from struct import pack
from typing import NamedTuple

from ir_client.wire.base import JsonObject

_FINAL_TEXT = 0x81
_LENGTH_16_BITS = 126
_LENGTH_64_BITS = 127


def text_frame(payload: bytes) -> bytes:
    """The WebSocket frame that carries `payload` as one text message."""
    length = len(payload)
    if length < _LENGTH_16_BITS:
        return pack("!BB", _FINAL_TEXT, length) + payload
    if length < 1 << 16:
        return pack("!BBH", _FINAL_TEXT, _LENGTH_16_BITS, length) + payload
    return pack("!BBQ", _FINAL_TEXT, _LENGTH_64_BITS, length) + payload


def envelope(frame_type: str, data: bytes) -> bytes:
    """A protocol 1 frame, `{"type", "data"}` and nothing else, around encoded data."""
    return text_frame(b'{"type":"%b","data":%b}' % (frame_type.encode(), data))


def sequenced(message: "Message", *, seq: int, request_id: str | None = None) -> bytes:
    """A protocol 2 frame: `seq`, and `request_id` if there is one, beside `type`."""
    asked = b"" if request_id is None else b'"request_id":%b,' % json.dumps(request_id).encode()
    return text_frame(b'{"seq":%d,%b%b}' % (seq, asked, message.fields))


class Message(NamedTuple):
    """What a frame says, before it is known in which protocol it leaves."""

    type: str
    data: bytes

    @property
    def fields(self) -> bytes:
        """Its `type` and `data` as they stand in an object."""
        return b'"type":"%b","data":%b' % (self.type.encode(), self.data)


def plain_message(message_type: str, data: JsonObject) -> Message:
    """A message of small data that needs no model."""
    return Message(message_type, json.dumps(data, separators=(",", ":")).encode())


def batch_of(messages: list[Message]) -> Message:
    """Several messages as one."""
    events = b"},{".join([message.fields for message in messages])
    return Message("batch", b'{"events":[{%b}]}' % events)


def plain_frame(frame_type: str, data: JsonObject) -> bytes:
    """A protocol 1 frame around small data that needs no model."""
    return envelope(*plain_message(frame_type, data))


def json_array(items: list[bytes]) -> bytes:
    """Encoded items as one encoded list."""
    return b"[" + b",".join(items) + b"]"
