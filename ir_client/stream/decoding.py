"""Turn the bytes of a frame into events, whatever they hold.

A batch becomes its events, in their order; one that is unknown or malformed takes no other with
it. What protocol 2 puts beside `type` comes along. Never raises.

Changes, as our server writes them, are read in one go and make up nearly all of a stream's load;
everything else, and each change that cannot be read so, takes the careful way.
"""

import json
import re
from collections.abc import Sequence
from typing import Annotated, Any, NamedTuple

from pydantic import Field, TypeAdapter, ValidationError
from pydantic_core import from_json

from ..wire.base import READ_ONCE
from ..wire.events import AlertUpdated, NewAlert
from ..wire.protocol2 import Batch, ChangeBatch, Protocol2Frame, protocol2_frames
from .events import MalformedEvent, UnknownEvent, decode, misread
from .overflow import AlertChange

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
    return _changes_in(frame) or _decode_carefully(frame)


_changes: TypeAdapter[list[AlertChange]] = TypeAdapter(
    list[Annotated[AlertChange, Field(discriminator="type")]], config=READ_ONCE
)


def changes_of(frames: Sequence[bytes]) -> list[AlertChange] | None:
    """The changes in frames of protocol 1; None unless each is one.

    Read together they cost less than one by one.
    """
    try:
        changes = _changes.validate_json(b"[%b]" % b",".join(frames))
    except ValidationError:
        return None
    return changes if len(changes) == len(frames) else None


# None of these answers a command, so no `request_id` can stand further on.
_CHANGES = re.compile(rb'\{"seq":(\d{1,18}),"type":"(new_alert|alert_updated|batch)","data":')


def _changes_in(frame: bytes) -> Decoded | None:
    """The changes in a frame that holds nothing else, and nothing odd."""
    beginning = _CHANGES.match(frame)
    if beginning is None:
        return None
    seq, kind = beginning.groups()
    try:
        if kind == b"batch":
            return Decoded(ChangeBatch.model_validate_json(frame).data.events, int(seq))
        model = NewAlert if kind == b"new_alert" else AlertUpdated
        return Decoded((model.model_validate_json(frame),), int(seq))
    except ValidationError:
        return None


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
