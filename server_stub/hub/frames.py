"""Make the bytes of a frame, once, for every subscriber that gets it.

A text frame that a server sends is not masked, so its bytes are the same for everyone
(RFC 6455, section 5.2). Pure.
"""

import json
from struct import pack

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


def plain_frame(frame_type: str, data: JsonObject) -> bytes:
    """A protocol 1 frame around small data that needs no model."""
    return envelope(frame_type, json.dumps(data, separators=(",", ":")).encode())


def json_array(items: list[bytes]) -> bytes:
    """Encoded items as one encoded list."""
    return b"[" + b",".join(items) + b"]"
