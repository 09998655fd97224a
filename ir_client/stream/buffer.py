"""Hold events between the connection, which never waits, and the reader, who may be slow.

Bounded: when it is full, live alert frames are dropped and the gap is noted; once the reader has
drained what was kept, the gap is fetched. While something is fetched, live frames are held aside
and merged behind it. Only sizes and order are decided here; nobody waits in here.
"""

from collections import deque
from typing import TypeVar

from ..wire.alerts import Alert
from ..wire.events import AlertUpdated, NewAlert
from .events import Event, Resumed, StateChanged
from .ledger import is_newer

MAX_EVENTS = 10_000
MAX_BYTES = 64 * 2**20
# A fetch can wait for the reader, so it takes only this part of the room.
FETCHED_SHARE = 0.1

Frame = TypeVar("Frame", bound=Event)


class EventBuffer:
    """The events that have come and have not been read."""

    def __init__(self, *, max_events: int = MAX_EVENTS, max_bytes: int = MAX_BYTES) -> None:
        self._max_events = max_events
        self._max_bytes = max_bytes
        self._queue: deque[tuple[Event, int]] = deque()
        self._held: list[tuple[NewAlert | AlertUpdated, int]] = []
        self._last_held: dict[int, Alert] = {}
        self._deferred: dict[int, Alert] = {}
        self._is_holding = False
        self._has_gap = False
        self._lost_other_frames = False
        self.buffered_bytes = 0
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._queue) + len(self._held)

    @property
    def is_drained_gap(self) -> bool:
        """Whether frames were dropped and all that were kept have been read."""
        return self._has_gap and not self._queue and not self._is_holding

    @property
    def has_room(self) -> bool:
        """Whether a fetch may put more in."""
        return len(self._queue) < max(1, self._max_events * FETCHED_SHARE)

    def put(self, frame: Event, *, size: int) -> None:
        """Take a frame from the server; `size` is its length in bytes."""
        is_alert = isinstance(frame, NewAlert | AlertUpdated)
        if is_alert and self._has_gap:
            self.dropped += 1  # the gap will be fetched: its end need not be exact
        elif not self._fits(size):
            self._overflow(is_alert=is_alert)
        elif isinstance(frame, NewAlert | AlertUpdated) and self._is_holding:
            self._held.append((frame, size))
            self._last_held[frame.alert.id] = frame.alert
            self.buffered_bytes += size
        else:
            self._append(frame, size)

    def announce(self, event: StateChanged | Resumed) -> None:
        """Take an event of our own: few, and never dropped."""
        self._append(event, 0)

    def hold(self) -> None:
        """Keep live alert frames aside from now on: what was missed is being fetched."""
        self._is_holding = True
        self._has_gap = False

    def put_fetched(self, alert: Alert) -> None:
        """Take a fetched state; one whose alert has live frames waits for the comparison."""
        if alert.id in self._last_held:
            self._deferred[alert.id] = alert
        else:
            self._append(AlertUpdated.backfilled(alert), 0)

    def release(self) -> bool:
        """Put the held frames behind what was fetched; False when frames were lost meanwhile."""
        self._queue.extend(self._held)
        self._flush_deferred()
        self._held = []
        self._last_held = {}
        self._is_holding = False
        return not self._has_gap

    def abandon(self) -> None:
        """The connection is gone: what was held aside is fetched again on the next one."""
        self._drop_held()
        self._is_holding = self._has_gap = False

    def take_completeness(self) -> bool:
        """Whether only alert frames were dropped, which a fetch brings back; asked once a fetch."""
        complete, self._lost_other_frames = not self._lost_other_frames, False
        return complete

    def take(self) -> Event | None:
        """The next event, if there is one."""
        if not self._queue:
            return None
        event, size = self._queue.popleft()
        self.buffered_bytes -= size
        return event

    def _append(self, event: Event, size: int) -> None:
        self._queue.append((event, size))
        self.buffered_bytes += size

    def _fits(self, size: int) -> bool:
        return len(self) < self._max_events and self.buffered_bytes + size <= self._max_bytes

    def _overflow(self, *, is_alert: bool) -> None:
        self.dropped += 1
        self._has_gap = True
        self._lost_other_frames |= not is_alert
        # What was fetched must not go with the frames that it was to be compared with: the
        # next fetch begins where this one ends.
        self._flush_deferred()
        self._drop_held()

    def _flush_deferred(self) -> None:
        for alert in self._deferred.values():
            held = self._last_held.get(alert.id)
            if self._has_gap or held is None or is_newer(alert, held):
                self._append(AlertUpdated.backfilled(alert), 0)
        self._deferred = {}

    def _drop_held(self) -> None:
        self.dropped += len(self._held)
        self.buffered_bytes -= sum(size for _, size in self._held)
        self._held = []
        self._last_held = {}
        self._deferred = {}
