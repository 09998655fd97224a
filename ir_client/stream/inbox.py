"""Where the connection leaves events and the reader of the stream picks them up.

The buffer orders and bounds them; the ledger lets each state through once; the filter takes out
what the reader does not want; this adds the waiting, and knows how far the reader has come.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from ..errors import StreamAlreadyOpen, StreamError
from ..wire.alerts import Alert
from ..wire.cursor import StreamPosition
from ..wire.events import AlertUpdated, NewAlert
from ..wire.protocol2 import AlertRemoved
from .bookmark import Bookmark
from .buffer import EventBuffer
from .events import Event, Resumed, StateChanged
from .ledger import Ledger
from .overflow import AlertChange, Forget


class Inbox:
    """One stream's events on their way to one reader."""

    def __init__(
        self,
        buffer: EventBuffer,
        ledger: Ledger,
        *,
        on_drained: Callable[[], None],
        wants: Callable[[Event], bool] | None = None,
        bookmark: Bookmark | None = None,
    ) -> None:
        self._buffer = buffer
        self._ledger = ledger
        self._on_drained = on_drained
        self._wants = wants
        self._begun_at = bookmark or Bookmark()
        self._settled: datetime | None = self._begun_at.watermark
        self._is_fetching = False
        self._end_of_fetch: Resumed | None = None
        self._news = asyncio.Event()
        self._room = asyncio.Event()
        self._error: StreamError | None = None
        self._is_closed = False
        self._has_reader = False
        self.check_reader: Callable[[], None] | None = None  # raises where waiting is no use
        self.on_progress: Callable[[], None] | None = None
        self.on_recovered: Callable[[Event], None] | None = None

    @property
    def bookmark(self) -> Bookmark:
        """All up to here has been read, and the reader has asked for more."""
        return Bookmark(self._buffer.reached or self._begun_at.position, self._settled)

    @property
    def watermark(self) -> datetime | None:
        """All changes up to here have been read."""
        return self._ledger.watermark

    def begin(self, moment: datetime | None) -> None:
        """The moment of the first connection: what was before is not ours to deliver."""
        self._ledger.begin(moment)

    @property
    def has_gap(self) -> bool:
        """Whether frames were dropped that have not been fetched."""
        return self._buffer.has_gap

    @property
    def is_overrun(self) -> bool:
        """Whether the reader was too slow, where that is an error."""
        return self._buffer.is_overrun

    def forget(self) -> None:
        """The server's data is other data now; what waits to be read still is of the old."""
        self._buffer.announce(Forget())
        self._news.set()

    def put(self, frame: Event, *, size: int) -> None:
        self._buffer.put(frame, size=size)
        self._news.set()

    def put_changes(self, changes: Sequence[AlertChange], *, size: int) -> None:
        """Take changes of alerts that came together, each of `size` bytes."""
        self._buffer.put_changes(changes, size=size)
        self._news.set()

    def announce(self, event: StateChanged | Resumed) -> None:
        if isinstance(event, Resumed):
            self._end_of_fetch = event
        self._buffer.announce(event)
        self._news.set()

    def stamp(self, position: StreamPosition) -> None:
        """All up to `position` is in here, or has been read."""
        self._buffer.stamp(position)
        self._news.set()

    def hold(self) -> None:
        """Keep live alert frames aside: what was missed is being fetched.

        Until the reader has come to the end of that, its watermark says nothing: pages may be
        newer than frames that wait behind them.
        """
        self._is_fetching, self._end_of_fetch = True, None
        self._buffer.hold()

    async def put_fetched(self, alert: Alert) -> None:
        """Take a fetched state as soon as the reader has made room for it."""
        while not self._buffer.has_room:
            self._room.clear()
            await self._room.wait()
        self._buffer.put_fetched(alert)
        self._news.set()

    def release(self) -> bool:
        """Let the held frames go; False when frames were lost while they were held."""
        is_whole = self._buffer.release()
        self._news.set()
        return is_whole

    def abandon(self) -> None:
        self._buffer.abandon()

    def take_oldest_dropped(self) -> datetime | None:
        """The oldest state that was dropped since this was last asked."""
        return self._buffer.take_oldest_dropped()

    def take_completeness(self) -> bool:
        return self._buffer.take_completeness()

    def fail(self, error: StreamError) -> None:
        """End the stream with an error once all that came before it has been read."""
        self._error = error
        self.close()

    def close(self) -> None:
        self._is_closed = True
        self._news.set()

    async def next(self) -> Event:
        """The next event; raises the stream's error, or StopAsyncIteration, when there is none."""
        # What was handed out so far has been dealt with: the reader asks for more.
        if not self._is_fetching:
            self._settled = self._ledger.watermark
        if self.on_progress is not None:
            self.on_progress()
        while True:
            event = self._next_admitted()
            if event is not None:
                return event
            if self._error is not None:
                raise self._error.with_traceback(None)
            if self._is_closed:
                raise StopAsyncIteration
            self._news.clear()
            if self._buffer.is_drained_gap:
                self._on_drained()  # this may be news itself
            self._tell_progress()
            await self._wait_for_news()

    async def _wait_for_news(self) -> None:
        if self.check_reader is not None:
            self.check_reader()
        if self._has_reader:
            raise StreamAlreadyOpen(
                "Somebody else waits for the next event of this stream",
                hint="One reader a stream: hand its events on from there.",
            )
        self._has_reader = True
        try:
            await self._news.wait()
        finally:
            self._has_reader = False

    def _tell_progress(self) -> None:
        if self.on_progress is not None:
            self.on_progress()

    def _next_admitted(self) -> Event | None:
        while (event := self._buffer.take()) is not None:
            if not self._room.is_set():
                self._room.set()
            admitted: Event | None
            # Nearly all events are of these two types, and asking for the type costs least.
            if type(event) is NewAlert or type(event) is AlertUpdated:
                admitted = self._ledger.admit(event)
                if admitted is not None and admitted.origin == "backfill":
                    self._tell_recovered(admitted)
            else:
                admitted = self._admitted(event)
            if admitted is not None and (self._wants is None or self._wants(admitted)):
                return admitted
        return None

    def _admitted(self, event: Event | Forget) -> Event | None:
        match event:
            case AlertRemoved():
                return self._ledger.admit_removal(event)
            case Forget():
                self._ledger.forget()
                return None
            case Resumed():
                if event is self._end_of_fetch:  # else another fetch has begun since
                    self._is_fetching = False
                event = replace(event, recovered=self._ledger.take_recovered())
                self._tell_recovered(event)
                return event
            case _:
                return event

    def _tell_recovered(self, event: Event) -> None:
        """Only here is it known whether what was fetched is news."""
        if self.on_recovered is not None:
            self.on_recovered(event)
