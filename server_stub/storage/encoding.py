"""The one way our JSON is written: compact, in UTF-8 as it is."""

import json

_encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def to_json(value: object) -> str:
    return _encoder.encode(value)


def to_json_bytes(value: object) -> bytes:
    return _encoder.encode(value).encode()


def json_list(items: list[bytes]) -> bytes:
    """A JSON list of what is JSON already."""
    return b"[" + b",".join(items) + b"]"
