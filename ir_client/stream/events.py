"""What a stream yields beside the server's frames, and how bytes become events.

Bytes are decoded once, validated. A type that we do not know and a known type whose body is
wrong are told apart: the first is a newer server, the second a broken one; neither ends anything.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from ..wire.events import ServerFrame, server_frames
from ..wire.protocol2 import AlertRemoved, Presence
from .status import StreamState, StreamStatus

_UNKNOWN = frozenset({"union_tag_invalid"})
_RAW_LIMIT = 65_536


@dataclass(frozen=True, slots=True)
class StateChanged:
    """The stream went from one state to another; `status` is the picture right after."""

    old: StreamState
    new: StreamState
    status: StreamStatus


@dataclass(frozen=True, slots=True)
class Resumed:
    """What was missed has come: `recovered` alerts that changed meanwhile.

    `complete` is False where an alert may be missing, or may be gone without a word: ask the server
    for a fresh list then.
    """

    recovered: int
    complete: bool


@dataclass(frozen=True, slots=True)
class Gap:
    """`dropped` events that came before the next one are gone: the reader was too slow for them.

    Only a stream with `overflow="drop_oldest"` says so.
    """

    dropped: int


@dataclass(frozen=True, slots=True)
class UnknownEvent:
    """A frame of a type that this version does not know; `raw` is its text, cut at 64 KiB."""

    type: str
    raw: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class MalformedEvent:
    """A frame that is not what its type promises; `reason` names the place, never its value."""

    type: str | None
    reason: str
    raw: str = field(repr=False)


Event = (
    ServerFrame
    | AlertRemoved
    | Presence
    | StateChanged
    | Resumed
    | Gap
    | UnknownEvent
    | MalformedEvent
)


def decode(frame: bytes | str) -> ServerFrame | UnknownEvent | MalformedEvent:
    """The event in a frame; whatever the frame holds, this returns and never raises."""
    try:
        return server_frames.validate_json(frame)
    except ValidationError as error:
        raw = frame if isinstance(frame, str) else frame.decode("utf-8", errors="replace")
        return misread(error, raw)


def misread(error: ValidationError, raw: str) -> UnknownEvent | MalformedEvent:
    """What a frame is that could not be read: of a newer server, or of a broken one."""
    first = error.errors(include_input=False, include_url=False)[0]
    kind = _type_of(raw)
    if first["type"] in _UNKNOWN and kind is not None:
        return UnknownEvent(type=kind, raw=raw[:_RAW_LIMIT])
    place = ".".join(str(part) for part in first["loc"])
    reason = f"{place}: {first['msg']}" if place else first["msg"]
    return MalformedEvent(type=kind, reason=reason[:500], raw=raw[:_RAW_LIMIT])


def _type_of(raw: str) -> str | None:
    try:
        document: Any = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    kind = document.get("type") if isinstance(document, dict) else None
    return kind[:100] if isinstance(kind, str) else None
