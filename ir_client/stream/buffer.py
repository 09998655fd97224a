"""Hold events between the connection, which never waits, and the reader, who may be slow.

Bounded: when it is full, what the policy says gives way (see overflow). Where alert frames are
dropped, the gap is noted; once the reader has drained what was kept, the gap is fetched. While
something is fetched, live frames are held aside and merged behind it. Only sizes and order are
decided here; nobody waits in here.
"""

from collections import deque
from collections.abc import Sequence
from datetime import datetime
from itertools import repeat

from ..wire.alerts import Alert
from ..wire.cursor import StreamPosition
from ..wire.events import AlertUpdated, NewAlert
from ..wire.protocol2 import AlertRemoved
from .events import Event, Gap, Resumed, StateChanged
from .ledger import is_newer
from .limits import MAX_EVENTS
from .overflow import (
    ALERT_FRAMES,
    AlertChange,
    AlertFrame,
    Entry,
    Forget,
    OverflowPolicy,
    alert_id_of,
    coalesced,
    pop_oldest,
)

MAX_BYTES = 64 * 2**20
# A fetch can wait for the reader, so it takes only this part of the room.
FETCHED_SHARE = 0.1
# Going through all that waits is worth it only where it makes room for a while.
COALESCED_SHARE = 0.9


class EventBuffer:
    """The events that have come and have not been read."""

    def __init__(
        self,
        *,
        max_events: int = MAX_EVENTS,
        max_bytes: int = MAX_BYTES,
        policy: OverflowPolicy = "resync",
    ) -> None:
        self._max_events = max_events
        self._max_bytes = max_bytes
        self._policy = policy
        self._queue: deque[Entry] = deque()
        self._held: list[Entry] = []
        self._last_held: dict[int, Alert | AlertRemoved] = {}
        self._deferred: dict[int, Alert] = {}
        self._removed_in_gap: dict[int, AlertRemoved] = {}
        self._is_holding = False
        self._lost_other_frames = False
        self._untold_drops = 0
        self._oldest_dropped: datetime | None = None
        self._taken: StreamPosition | None = None
        self.has_gap = False
        self.is_overrun = False
        self.reached: StreamPosition | None = None
        self.buffered_bytes = 0
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._queue) + len(self._held)

    @property
    def is_drained_gap(self) -> bool:
        """Whether frames were dropped and all that were kept have been read."""
        return self.has_gap and not self._queue and not self._is_holding

    @property
    def has_room(self) -> bool:
        """Whether a fetch may put more in."""
        return len(self._queue) < max(1, self._max_events * FETCHED_SHARE)

    def put(self, frame: Event, *, size: int) -> None:
        """Take a frame from the server; `size` is its length in bytes."""
        is_alert = isinstance(frame, ALERT_FRAMES)
        if is_alert and self.has_gap:
            self._drop(frame)  # the gap will be fetched: its end need not be exact
        elif not self._fits(size) and not self._makes_room(size):
            self.is_overrun |= self._policy == "error" and not self._is_holding
            self._overflow(frame)
        elif self._is_holding and isinstance(frame, ALERT_FRAMES):
            self._hold(frame, size)
        else:
            self._append(frame, size)

    def put_changes(self, changes: Sequence[AlertChange], *, size: int) -> None:
        """Take changes of alerts that came together, each of `size` bytes."""
        total = size * len(changes)
        if self.has_gap or self._is_holding or not self._fits(total, len(changes)):
            for change in changes:
                self.put(change, size=size)
            return
        self._queue.extend(map(Entry._make, zip(changes, repeat(size), repeat(None))))
        self.buffered_bytes += total

    def announce(self, event: StateChanged | Resumed | Forget) -> None:
        """Take an event of our own: few, and never dropped."""
        self._append(event, 0)

    def stamp(self, position: StreamPosition) -> None:
        """Note that all up to `position` is in here, or has been read."""
        if self._queue:
            self._queue[-1] = self._queue[-1]._replace(position=position)
        else:
            self._taken = position

    def hold(self) -> None:
        """Keep live alert frames aside from now on: what was missed is being fetched."""
        self._is_holding = True
        self.has_gap = False
        removed, self._removed_in_gap = self._removed_in_gap, {}
        for removal in removed.values():
            self._hold(removal, 0)

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
        return not self.has_gap

    def abandon(self) -> None:
        """The connection is gone: what was held aside comes again on the next one."""
        self._drop_held()
        self._removed_in_gap = {}
        self._is_holding = self.has_gap = False

    def take_completeness(self) -> bool:
        """Whether only frames were dropped which come back; asked once a recovery."""
        complete, self._lost_other_frames = not self._lost_other_frames, False
        return complete

    def take_oldest_dropped(self) -> datetime | None:
        """The oldest state that was dropped; asked once a fetch, which has to bring it back.

        It may be far older than what was read last: a server may tell of an alert that changed
        twice in the place of the first change, with the state of the second.
        """
        oldest, self._oldest_dropped = self._oldest_dropped, None
        return oldest

    def take(self) -> Event | Forget | None:
        """The next event, if there is one; the one taken before has been dealt with."""
        if self._taken is not None:
            self.reached, self._taken = self._taken, None
        if self._untold_drops:
            dropped, self._untold_drops = self._untold_drops, 0
            return Gap(dropped)
        if not self._queue:
            return None
        event, size, self._taken = self._queue.popleft()
        self.buffered_bytes -= size
        return event

    def _append(self, event: Event | Forget, size: int) -> None:
        self._queue.append(Entry(event, size))
        self.buffered_bytes += size

    def _hold(self, frame: AlertFrame, size: int) -> None:
        self._held.append(Entry(frame, size))
        self._last_held[alert_id_of(frame)] = (
            frame if isinstance(frame, AlertRemoved) else frame.alert
        )
        self.buffered_bytes += size

    def _fits(self, size: int, count: int = 1) -> bool:
        has_places = len(self._queue) + len(self._held) + count <= self._max_events
        return has_places and self.buffered_bytes + size <= self._max_bytes

    def _makes_room(self, size: int) -> bool:
        """Whether the policy has made room for a frame of this size."""
        if self._is_holding:
            return False
        if self._policy == "coalesce":
            return self._coalesce() and self._fits(size)
        return self._policy == "drop_oldest" and self._drop_oldest(size)

    def _coalesce(self) -> bool:
        self._queue = coalesced(self._queue)
        self.buffered_bytes = sum(entry.size for entry in self._queue)
        return (
            len(self._queue) < self._max_events * COALESCED_SHARE
            and self.buffered_bytes < self._max_bytes * COALESCED_SHARE
        )

    def _drop_oldest(self, size: int) -> bool:
        while not self._fits(size):
            if (oldest := pop_oldest(self._queue)) is None:
                return False
            self.buffered_bytes -= oldest.size
            self._untold_drops += 1
            self.dropped += 1
        return True

    def _overflow(self, frame: Event) -> None:
        self.has_gap = True
        # What was fetched must not go with the frames that it was to be compared with: the
        # next fetch begins where this one ends.
        self._flush_deferred()
        held = [entry.event for entry in self._held]
        self._drop_held()
        for event in [*held, frame]:
            self._drop(event)

    def _drop(self, frame: Event | Forget) -> None:
        """Lose a frame. A fetch brings alerts back, but never says which are gone."""
        self.dropped += 1
        if isinstance(frame, AlertRemoved) and len(self._removed_in_gap) < self._max_events:
            self._removed_in_gap[frame.data.id] = frame
        elif isinstance(frame, NewAlert | AlertUpdated):
            updated = frame.alert.updated_at
            self._oldest_dropped = min(updated, self._oldest_dropped or updated)
        else:
            self._lost_other_frames = True

    def _flush_deferred(self) -> None:
        for alert in self._deferred.values():
            held = self._last_held.get(alert.id)
            if self.has_gap or held is None or is_newer(alert, held):
                self._append(AlertUpdated.backfilled(alert), 0)
        self._deferred = {}

    def _drop_held(self) -> None:
        self.buffered_bytes -= sum(entry.size for entry in self._held)
        self._held = []
        self._last_held = {}
        self._deferred = {}
