"""The one way our JSON is written: compact, in UTF-8 as it is.

What came from outside was read by `strict_json`, so its numbers are finite and have 64 bits.
"""

import msgspec

_encoder = msgspec.json.Encoder()


def to_json(value: object) -> str:
    return _encoder.encode(value).decode()


def to_json_bytes(value: object) -> bytes:
    return _encoder.encode(value)


def json_list(items: list[bytes]) -> bytes:
    """A JSON list of what is JSON already."""
    return b"[" + b",".join(items) + b"]"
