"""Read a source in a thread of its own, and hand over spans as they are full, or late.

Reading and mapping take a processor; meanwhile the event loop sends what was read before. The
thread goes no further ahead than a few spans.
"""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from ir_client.formats import AlertFormat, read_drafts

from .checkpoints import Identity
from .files import Opening, Source, StoppedError
from .spans import Span, SpanBuilder

# A span that is not full is sent when nothing more came for so long: alerts are not to be late.
LATE_SECONDS = 1.0
SPANS_AHEAD = 2
_PATIENCE_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Read:
    """A span, what it was read from, and which file that is; None for what is no file."""

    span: Span
    opening: Opening
    identity: Identity | None


@dataclass(slots=True)
class SpanReader:
    """Reads one source; `stop` ends it between two records, `abandon` where it stands."""

    source: Source
    format_name: str
    formats: Sequence[AlertFormat]
    now: Callable[[], float] = time.monotonic
    late_seconds: float = LATE_SECONDS
    _stopping: threading.Event = field(default_factory=threading.Event)
    _abandoned: threading.Event = field(default_factory=threading.Event)
    _room: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(SPANS_AHEAD))

    def stop(self) -> None:
        """Read no further; what is whole is handed over."""
        self._stopping.set()

    async def read(self, take: Callable[[Read], Awaitable[None]]) -> None:
        """Have every span taken, in order; raises what reading raises."""
        loop = asyncio.get_running_loop()
        found: asyncio.Queue[Read | None] = asyncio.Queue()

        def deliver(read: Read | None) -> None:
            loop.call_soon_threadsafe(found.put_nowait, read)

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(asyncio.to_thread(self._run, deliver))
            try:
                while (read := await found.get()) is not None:
                    self._room.release()
                    await take(read)
            finally:
                self._abandoned.set()

    def _run(self, deliver: Callable[[Read | None], None]) -> None:
        try:
            _Course(self, deliver).run()
        finally:
            deliver(None)

    def wait_for_room(self) -> None:
        """Wait until there is room for a span. Raises StoppedError when nobody takes it."""
        while not self._room.acquire(timeout=_PATIENCE_SECONDS):
            if self._abandoned.is_set():
                raise StoppedError

    def wait(self, seconds: float) -> None:
        """Wait for more to read. Raises StoppedError when there is to be no more."""
        if self._stopping.wait(seconds) or self._abandoned.is_set():
            raise StoppedError

    @property
    def is_over(self) -> bool:
        """Whether reading is to end."""
        return self._stopping.is_set() or self._abandoned.is_set()


class _Course:
    """One reading, in its thread."""

    def __init__(self, reader: SpanReader, deliver: Callable[[Read], None]) -> None:
        self._reader = reader
        self._deliver = deliver
        self._builder: SpanBuilder | None = None
        self._opening: Opening | None = None

    def run(self) -> None:
        try:
            for opening in self._reader.source.openings(self._idle):
                self._read(opening)
                if self._reader.is_over:
                    return
        except StoppedError:
            return  # while there was nothing to read

    def _read(self, opening: Opening) -> None:
        reader = self._reader
        self._opening = opening
        builder = self._builder = SpanBuilder(opening.place, opening.under_way)
        readings = read_drafts(
            opening.stream, reader.format_name, reader.formats, place=opening.place
        )
        # What is whole is handed over while the file is open still: it says which file it is.
        with suppress(StoppedError):
            for reading in readings:
                if span := builder.add(reading, reader.now()):
                    self._pass_on(span)
                if reading.after is not None and reader.is_over:
                    break
        self._hand_over()

    def _idle(self, seconds: float) -> None:
        builder, reader = self._builder, self._reader
        since = None if builder is None else builder.since
        if since is not None and reader.now() - since >= reader.late_seconds:
            self._hand_over()
        reader.wait(seconds)

    def _hand_over(self) -> None:
        if self._builder is not None and (span := self._builder.close()):
            self._pass_on(span)

    def _pass_on(self, span: Span) -> None:
        assert self._opening is not None
        self._reader.wait_for_room()
        self._deliver(Read(span, self._opening, self._opening.identity()))
