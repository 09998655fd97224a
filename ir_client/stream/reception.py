"""Decide what each frame of a connection means to the stream, and pass it on.

Holds which protocol the connection speaks, which its first frame shows: a server may be another
one than it said. In protocol 2 the frames that are about the connection end here: `hello`,
`reset`, `resumed`, `heartbeat`. The user gets the same events on both.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import assert_never, cast

from ..errors import SlowConsumer
from ..wire.cursor import StreamPosition
from ..wire.events import AlertUpdated, InitialData, NewAlert
from ..wire.protocol2 import Batch, Heartbeat, Hello, ReplayDone, Reset, ResetNotice
from .cursor import SAME_LOG_REASONS, Cursor
from .decoding import Decoded, FrameEvent, changes_of, decode_frames
from .events import Event, MalformedEvent, Resumed
from .inbox import Inbox
from .listeners import Listeners
from .overflow import AlertChange
from .protocol import Effects, Opening, StreamProtocol
from .recovery import Recovery

logger = logging.getLogger("ir_client.stream")

_Control = Hello | Reset | ReplayDone | Heartbeat | Batch
_CHANGES: frozenset[type] = frozenset({NewAlert, AlertUpdated})


class Reception:
    """What comes in on the connections of one stream."""

    def __init__(
        self,
        protocol: StreamProtocol,
        inbox: Inbox,
        listeners: Listeners,
        cursor: Cursor,
        recovery: Recovery,
        *,
        perform: Callable[[Effects], None],
    ) -> None:
        self._protocol = protocol
        self._inbox = inbox
        self._listeners = listeners
        self._cursor = cursor
        self._recovery = recovery
        self._perform = perform
        self._asked_for = 1
        self._speaks: int | None = None
        self._is_replaying = False
        self._warned_of: set[str | None] = set()

    @property
    def speaks(self) -> int | None:
        """The protocol of the connection; None before its first frame."""
        return self._speaks

    @property
    def was_promised_more(self) -> bool:
        """Whether the server said that it knew protocol 2, and does not."""
        return self._speaks is not None and self._speaks < self._asked_for

    def begin(self, *, protocol: int) -> None:
        """A connection is there, for which `protocol` was asked."""
        self._asked_for, self._speaks, self._is_replaying = protocol, None, False

    def end(self) -> None:
        """The connection is gone."""
        self._speaks, self._is_replaying = None, False
        self._listeners.lost()

    def take_together(self, frames: Sequence[bytes], now: float) -> bool:
        """Take frames that came together; False, and nothing done, where they are not alike.

        A busy server of protocol 1 sends each change in a frame of its own.
        """
        if self._speaks != 1 or len(frames) == 1 or (changes := changes_of(frames)) is None:
            return False
        self._pass_on_changes(changes, size=sum(map(len, frames)) // len(frames))
        self._see_to_losses(now)
        return True

    def take(self, frame: bytes, now: float) -> None:
        """A frame has come."""
        decoded = decode_frames(frame, protocol=self._speaks or self._asked_for)
        if self._speaks is None:
            self._open(next(iter(decoded.events), None), now)
        size = len(frame) // (len(decoded.events) or 1)
        if (changes := _changes_only(decoded.events)) is not None:
            self._pass_on_changes(changes, size=size)
        else:
            self._take_each(decoded, now, size=size)
        self._see_to_losses(now)
        if (position := self._cursor.advance(decoded.seq)) is not None:
            self._inbox.stamp(position)

    def _see_to_losses(self, now: float) -> None:
        if self._inbox.has_gap:
            self._cursor.freeze()
        if self._inbox.is_overrun:
            error = SlowConsumer("The reader of the stream was too slow, and its buffer is full")
            self._perform(self._protocol.give_up(error, now))

    def _take_each(self, decoded: Decoded, now: float, *, size: int) -> None:
        for event in decoded.events:
            if isinstance(event, _Control):
                self._obey(event, now)
            else:
                self._pass_on(event, decoded.request_id, size=size)

    def _open(self, first: FrameEvent | None, now: float) -> None:
        if isinstance(first, Hello):
            self._speaks = 2
            opening = self._greet(first)
        else:
            self._speaks = 1
            self._cursor.freeze()
            if self._protocol.has_history and self._inbox.watermark is None:
                # A position alone says nothing to this server: from when on is not known.
                self._recovery.note_reset(is_other_data=False)
            opening = Opening.PLAIN
        self._listeners.opened(protocol=self._speaks)
        # First the state: the first frame of a connection may begin a fetch.
        self._perform(self._protocol.frame_arrived(now, opening=opening))

    def _greet(self, hello: Hello) -> Opening:
        epoch, resumes = hello.data.epoch, self._cursor.position is not None
        match hello.data.mode:
            case "replay" if resumes:
                self._cursor.resume(epoch)
                self._is_replaying = True
                return Opening.REPLAY
            case "reset":
                self._cursor.await_fetch(epoch)
                return Opening.RESET
            case _ if self._protocol.has_history:
                self._cursor.await_fetch(epoch)
                return Opening.PLAIN
            case _:
                self._inbox.stamp(self._cursor.begin(epoch, hello.data.seq))
                return Opening.PLAIN

    def _obey(self, frame: _Control, now: float) -> None:
        match frame:
            case Reset():
                self._reset(frame.data, now)
            case ReplayDone() if self._is_replaying:
                self._end_replay(now)
            case Hello() | Heartbeat() | ReplayDone() | Batch():
                pass  # a hello was heard already; batches are opened where they are decoded
            case _:
                assert_never(frame)

    def _reset(self, notice: ResetNotice, now: float) -> None:
        logger.info("the server cannot tell what was missed (%s): it is fetched", notice.reason)
        self._is_replaying = False
        self._cursor.freeze()
        is_other_data = notice.reason not in SAME_LOG_REASONS
        self._recovery.note_reset(is_other_data=is_other_data)
        if is_other_data:
            self._cursor.forget(epoch=notice.epoch)
            self._inbox.forget()
        self._perform(self._protocol.reset(now))

    def _end_replay(self, now: float) -> None:
        self._is_replaying = False
        if not self._inbox.has_gap:
            # Else frames of the replay were dropped, and a fetch follows once the rest is read.
            complete = self._inbox.take_completeness()
            self._inbox.announce(Resumed(recovered=0, complete=complete))
        self._perform(self._protocol.backfilled(now))

    def _pass_on_changes(self, changes: Sequence[AlertChange], *, size: int) -> None:
        if self._is_replaying:
            changes = [type(change).backfilled(change.alert) for change in changes]
        self._listeners.heard_changes(changes)
        self._inbox.put_changes(changes, size=size)

    def _pass_on(self, event: Event, request_id: str | None, *, size: int) -> None:
        if isinstance(event, InitialData):
            self._inbox.begin(_moment_of(event))
        elif isinstance(event, MalformedEvent) and event.type not in self._warned_of:
            self._warned_of.add(event.type)
            logger.warning("The server sent a malformed %s: %s", event.type, event.reason)
        elif self._is_replaying and isinstance(event, AlertChange):
            event = type(event).backfilled(event.alert)
        self._listeners.heard(event, request_id)
        self._inbox.put(event, size=size)

    def fetched(self, read_at: StreamPosition | None) -> None:
        """What was missed has been fetched; `read_at` is where the log stood then."""
        if self._speaks == 2 and (position := self._cursor.end_fetch(read_at)) is not None:
            self._inbox.stamp(position)


def _changes_only(events: Sequence[FrameEvent]) -> Sequence[AlertChange] | None:
    """The events of a frame of which each changes an alert; None if there is any other.

    Nearly all events of a busy stream are such, and each costs a third less than alone.
    """
    if _CHANGES.issuperset(map(type, events)):
        return cast("Sequence[AlertChange]", events)
    return None


def _moment_of(initial: InitialData) -> datetime | None:
    snapshot = initial.data
    newest = max((alert.updated_at for alert in snapshot.recent_alerts), default=None)
    return snapshot.connection_time or newest
