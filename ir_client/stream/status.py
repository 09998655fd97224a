"""How the stream is doing: its state, and the change from one state to the next."""

from dataclasses import dataclass
from enum import Enum


class StreamState(Enum):
    """The mode of the stream. LIVE means that frames are coming in, not that a socket is open."""

    CONNECTING = "connecting"
    BACKFILLING = "backfilling"
    LIVE = "live"
    WAITING = "waiting"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class StreamStatus:
    """A picture of the stream; times are the event loop's seconds (`loop.time()`).

    `attempt` counts the attempts since the stream was last steadily live; `retry_at` is when the
    next one begins; `since` is when this state began; `reason` says what went wrong last, and is
    empty while all is well. `last_frame_at` is when an event came last; `last_heard_at` when
    anything did, the answer to a ping too: until then, nothing was missed.
    """

    state: StreamState
    since: float
    attempt: int = 0
    retry_at: float | None = None
    reason: str = ""
    latency_seconds: float | None = None
    last_frame_at: float | None = None
    last_heard_at: float | None = None
