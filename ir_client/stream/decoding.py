"""Turn the bytes of a frame into events, whatever they hold.

A batch becomes its events, in their order; one that is unknown or malformed takes no other with
it. What protocol 2 puts beside `type` comes along. Never raises.

Changes, as our server writes them, make up nearly all of a stream's load and are read the quick
way; everything else, and each change that cannot be read so, takes the careful one.
"""

import json
from collections.abc import Sequence
from typing import Annotated, Any, NamedTuple

from pydantic import Field, TypeAdapter, ValidationError
from pydantic_core import from_json

from ..wire.base import READ_ONCE
from ..wire.protocol2 import Batch, Protocol2Frame, protocol2_frames
from .events import MalformedEvent, UnknownEvent, decode, misread
from .overflow import AlertChange
from .quick_changes import quick_changes, quick_frame

FrameEvent = Protocol2Frame | UnknownEvent | MalformedEvent


class Decoded(NamedTuple):
    """What one frame says; `seq` and `request_id` are those of protocol 2."""

    events: tuple[FrameEvent, ...]
    seq: int | None = None
    request_id: str | None = None


def decode_frames(frame: bytes, *, protocol: int) -> Decoded:
    """The events in a frame, which says `hello`, `reset` and the like in protocol 2 only."""
    if protocol == 1:
        return Decoded((decode(frame),))
    if (quick := quick_frame(frame)) is not None:
        return Decoded(*quick)
    return _decode_carefully(frame)


_changes: TypeAdapter[list[AlertChange]] = TypeAdapter(
    list[Annotated[AlertChange, Field(discriminator="type")]], config=READ_ONCE
)


def changes_of(frames: Sequence[bytes]) -> list[AlertChange] | None:
    """The changes in frames of protocol 1; None unless each is one.

    Read together they cost less than one by one.
    """
    if (quick := quick_changes(frames)) is not None:
        return quick
    try:
        changes = _changes.validate_json(b"[%b]" % b",".join(frames))
    except ValidationError:
        return None
    return changes if len(changes) == len(frames) else None


def _decode_carefully(frame: bytes) -> Decoded:
    try:
        document: Any = from_json(frame)
    except ValueError:
        return Decoded((decode(frame),))  # no JSON: the reason is the same in any protocol
    event = _event_of(document)
    events = tuple(map(_event_of, event.data.events)) if isinstance(event, Batch) else (event,)
    if not isinstance(document, dict):
        return Decoded(events)
    seq, request_id = document.get("seq"), document.get("request_id")
    return Decoded(
        events,
        seq if isinstance(seq, int) and not isinstance(seq, bool) else None,
        request_id if isinstance(request_id, str) else None,
    )


def _event_of(document: Any) -> FrameEvent:
    try:
        return protocol2_frames.validate_python(document)
    except ValidationError as error:
        return misread(error, json.dumps(document))
