"""The frames that protocol 2 adds, and what it puts beside `type` (contract, section 4).

Every frame carries `seq`, the position to resume from once the frame is processed; an answer or
error carries the `request_id` of its command. Both are beside the frame, not in its model, so that
what protocol 1 reads and writes stays as it is.
"""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from .base import BUILT_WHEN_USED, JsonObject, Reader
from .events import ServerFrame

MAX_BATCH_EVENTS = 100
MAX_REQUEST_ID_LENGTH = 128

ResetReason = Literal["epoch", "ahead", "trimmed", "too_many", "lag", "access"]
StreamMode = Literal["live", "replay", "reset"]


class Greeting(Reader):
    """`seq` is where the log stands; `mode` and `reason` stay open to values to come."""

    epoch: str
    seq: int
    heartbeat_seconds: float
    mode: StreamMode | str
    reason: ResetReason | str | None = None


class Hello(Reader):
    """The first frame: which log this is, and how the connection goes on."""

    type: Literal["hello"] = "hello"
    data: Greeting


class EventList(Reader):
    events: tuple[JsonObject, ...] = ()


class Batch(Reader):
    """Several frames of changes in one, each `{"type", "data"}`.

    They stay raw here: one that is unknown or malformed must not take the others with it.
    """

    type: Literal["batch"] = "batch"
    data: EventList


class Heartbeat(Reader):
    """Nothing to tell; its `seq` moves past changes that this user may not see."""

    type: Literal["heartbeat"] = "heartbeat"
    data: JsonObject | None = None


class Removal(Reader):
    id: int
    revision: int


class AlertRemoved(Reader):
    """An alert that the user could see, and that is theirs to see no more."""

    type: Literal["alert_removed"] = "alert_removed"
    data: Removal


class PresentUser(Reader):
    id: int
    username: str
    full_name: str | None = None


class ViewerList(Reader):
    alert_id: int
    users: tuple[PresentUser, ...] = ()


class Presence(Reader):
    """Who views an alert now, oneself included, the longest there first; up to 50 users.

    Sent to those who view it, when one comes or goes, and as the answer to `viewing`.
    """

    type: Literal["presence"] = "presence"
    data: ViewerList


class ResetNotice(Reader):
    """`epoch` is the one from here on, as in `hello`; a server may leave it to the snapshot."""

    reason: ResetReason | str
    epoch: str | None = None


class Reset(Reader):
    """What was missed cannot be replayed: fetch a snapshot and go on from its position."""

    type: Literal["reset"] = "reset"
    data: ResetNotice


class Recovery(Reader):
    recovered: int


class ReplayDone(Reader):
    """All that was missed has been told: `recovered` alerts. What follows is live."""

    type: Literal["resumed"] = "resumed"
    data: Recovery


Protocol2Frame = Annotated[
    ServerFrame | Hello | Batch | Heartbeat | AlertRemoved | Presence | Reset | ReplayDone,
    Field(discriminator="type"),
]

protocol2_frames: TypeAdapter[Protocol2Frame] = TypeAdapter(Protocol2Frame, config=BUILT_WHEN_USED)
