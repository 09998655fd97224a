"""Where the connection leaves events and the reader of the stream picks them up.

The buffer orders and bounds them; the ledger lets each state through once; this adds the waiting.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from ..errors import StreamError
from ..wire.alerts import Alert
from ..wire.cursor import StreamPosition
from ..wire.events import AlertUpdated, NewAlert
from ..wire.protocol2 import AlertRemoved
from .buffer import EventBuffer, Forget
from .events import Event, Resumed, StateChanged
from .ledger import Ledger


class Inbox:
    """One stream's events on their way to one reader."""

    def __init__(
        self, buffer: EventBuffer, ledger: Ledger, *, on_drained: Callable[[], None]
    ) -> None:
        self._buffer = buffer
        self._ledger = ledger
        self._on_drained = on_drained
        self._news = asyncio.Event()
        self._room = asyncio.Event()
        self._error: StreamError | None = None
        self._is_closed = False

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

    def forget(self) -> None:
        """The server's data is other data now; what waits to be read still is of the old."""
        self._buffer.announce(Forget())
        self._news.set()

    def put(self, frame: Event, *, size: int) -> None:
        self._buffer.put(frame, size=size)
        self._news.set()

    def announce(self, event: StateChanged | Resumed) -> None:
        self._buffer.announce(event)
        self._news.set()

    def stamp(self, position: StreamPosition) -> None:
        """All up to `position` is in here, or has been read."""
        self._buffer.stamp(position)

    def hold(self) -> None:
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
        while True:
            event = self._next_admitted()
            if event is not None:
                return event
            if self._error is not None:
                raise self._error.with_traceback(None)
            if self._is_closed:
                raise StopAsyncIteration
            if self._buffer.is_drained_gap:
                self._on_drained()
            self._news.clear()
            await self._news.wait()

    def _next_admitted(self) -> Event | None:
        while (event := self._buffer.take()) is not None:
            self._room.set()
            match event:
                case NewAlert() | AlertUpdated():
                    admitted = self._ledger.admit(event)
                    if admitted is not None:
                        return admitted
                case AlertRemoved():
                    if self._ledger.admit_removal(event) is not None:
                        return event
                case Forget():
                    self._ledger.forget()
                case Resumed():
                    return replace(event, recovered=self._ledger.take_recovered())
                case _:
                    return event
        return None
