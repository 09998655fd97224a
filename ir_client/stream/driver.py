"""Perform what the stream's protocol decides: connect, read, wait, fetch.

One task reads the connection and never waits for the reader of the events; one fetches what was
missed and does wait for it. Everything else happens between two awaits. Tasks belong to the
client and return instead of failing, whatever goes wrong in them.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from functools import partial
from types import TracebackType
from typing import Any, NoReturn, Self, assert_never

from ..errors import (
    ClientClosedError,
    StreamAlreadyOpen,
    StreamError,
)
from ..rest.alerts import AlertCalls
from ..rest.meta import Meta
from ..rest.network import Network
from ..rest.session import Session
from .asking import Asking
from .backoff import Uniform
from .buffer import EventBuffer
from .conversation import Conversation
from .cursor import Cursor
from .dialer import Dialer
from .endings import Ending, Unreachable
from .events import Event
from .inbox import Inbox
from .ledger import Ledger
from .line import Line
from .link import LINK_ERRORS, ending_of
from .listeners import Listeners
from .options import StreamOptions
from .progress import Progress
from .protocol import (
    Announce,
    Backfill,
    Connect,
    Disconnect,
    Effect,
    Effects,
    Fail,
    StreamProtocol,
)
from .receiving import Link
from .reception import Reception
from .recovery import Recovery
from .status import StreamState, StreamStatus

logger = logging.getLogger("ir_client.stream")


@dataclass(slots=True)
class StreamParts:
    """What a stream needs of its client; `open_stream` is the one that runs, if any."""

    network: Network
    session: Session
    meta: Meta
    alerts: AlertCalls
    tasks: asyncio.TaskGroup
    open_stream: "EventStream | None" = None


class EventStream(Asking):
    """The events of a server, one after another, over every interruption.

        async with client.events() as stream:
            async for event in stream:
                match event:
                    case NewAlert(alert=alert): ...
                    case Resumed(recovered=count): ...

    The loop goes on when the server restarts or the network fails; it ends with the `async with`
    block, or with an error of `errors.StreamError` when going on is no use. One reader a stream.
    """

    def __init__(
        self,
        parts: StreamParts,
        *,
        options: StreamOptions | None = None,
        uniform: Uniform = random.uniform,
    ) -> None:
        options = options or StreamOptions()
        self._parts = parts
        self._loop = asyncio.get_running_loop()
        self._protocol = StreamProtocol(
            options.policy,
            uniform,
            now=self._loop.time(),
            catches_up=not options.beginning.is_now,
        )
        self._cursor = Cursor(options.beginning.bookmark.position)
        self._inbox = _inbox_for(options, on_drained=self._on_drained)
        self.progress = Progress(self._inbox, options.beginning.checkpoint)
        self._line = Line()
        self._dialer = Dialer(
            parts.network,
            parts.session,
            parts.meta,
            max_message_bytes=options.max_message_bytes,
        )
        self._recovery = Recovery(
            self._inbox, parts.alerts, parts.meta, exact_since=options.beginning.exact_since
        )
        self._conversation = Conversation(self._line.send, spawn=self._spawn)
        self.listeners = Listeners()
        self.listeners.add(self._conversation)
        self._inbox.check_reader = self._check_readable
        self._inbox.on_recovered = lambda event: self.listeners.heard(event, None)
        self._reception = Reception(
            self._protocol,
            self._inbox,
            self.listeners,
            self._cursor,
            self._recovery,
            perform=self._perform,
        )
        self._running: set[asyncio.Task[None]] = set()
        self._link_task: asyncio.Task[None] | None = None
        self._fetch_task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._has_begun = False
        self.is_for_waiting = False  # `IRClient.wait_for` has opened it, for its time

    @property
    def bookmark(self) -> str:
        """How far the stream was read, as text that `since` takes; empty before anything was.

        What came before the event that was asked for last is in it.
        """
        return str(self.progress.bookmark)

    @property
    def status(self) -> StreamStatus:
        """How the stream is doing right now."""
        return self._line.completed(self._protocol.status)

    def retry_now(self) -> None:
        """Try to connect at once, if the stream is waiting."""
        self._perform(self._protocol.retry_now(self._loop.time()))

    def reconnect(self) -> None:
        """Drop the connection as if the network had failed; the stream comes back by itself."""
        self._end(Unreachable("a new connection was asked for"))

    async def __aenter__(self) -> Self:
        if self._parts.open_stream is not None:
            raise _already_open(self._parts.open_stream)
        if self._protocol.state is StreamState.CLOSED:
            raise ClientClosedError("This stream has ended", hint="Ask for another: events().")
        self._parts.open_stream = self
        self._has_begun = True
        self.progress.start(self._spawn)
        self._perform(self._protocol.start())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """End the stream; its loop ends too."""
        self._perform(self._protocol.close(self._loop.time()))
        self._inbox.close()
        self.progress.stop()
        self.listeners.ended(None)
        try:
            await asyncio.gather(*self._running, return_exceptions=True)
        finally:
            if self._parts.open_stream is self:
                self._parts.open_stream = None

    def __aiter__(self) -> Self:
        self._check_readable()
        return self

    def __anext__(self) -> Coroutine[Any, Any, Event]:
        return self._inbox.next()

    def _check_readable(self) -> None:
        if asyncio.get_running_loop() is not self._loop:
            raise ClientClosedError("The stream was opened in another event loop")
        if not self._has_begun:
            raise ClientClosedError(
                "The stream is not open",
                hint="Open it first: async with client.events() as stream, then iterate over it.",
            )

    def _perform(self, effects: Effects) -> None:
        for effect in effects:
            self._perform_one(effect)
        self._arm_timer()

    def _perform_one(self, effect: Effect) -> None:
        match effect:
            case Announce(change):
                _log(change.status)
                change = replace(change, status=self._line.completed(change.status))
                self._inbox.announce(change)
                self.listeners.heard(change, None)
            case Connect(renew_token):
                self._link_task = self._spawn(partial(self._hold_link, renew_token=renew_token))
            case Disconnect():
                self._abort()
            case Backfill():
                self._begin_fetch()
            case Fail(error):
                self._fail(error)
            case _:
                assert_never(effect)

    def _spawn(self, work: Callable[[], Awaitable[None]]) -> asyncio.Task[None]:
        task = self._parts.tasks.create_task(self._guarded(work))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def _guarded(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except Exception:
            # A mistake of ours must be seen, and must not take the client's other tasks along.
            logger.exception("The stream failed in a way that was not foreseen")
            self._give_up()

    def _give_up(self) -> None:
        try:
            self._perform(self._protocol.close(self._loop.time()))
        except Exception:
            # It may be the same mistake again: its reader must not wait for ever all the same.
            logger.exception("The stream could not be closed in order")
        self._fail(StreamError("The stream failed: see the log", hint="Report this."))

    def _fail(self, error: StreamError) -> None:
        self._inbox.fail(error)
        self.listeners.ended(error)

    def _abort(self) -> None:
        for task in (self._link_task, self._fetch_task):
            if task is not None:
                task.cancel()
        self._link_task = self._fetch_task = None
        self._line.leave()
        self._inbox.abandon()
        if self._reception.was_promised_more:
            self._parts.meta.forget()
        self._reception.end()

    def _begin_fetch(self) -> None:
        if self._fetch_task is not None:
            self._fetch_task.cancel()
        self._inbox.hold()
        self._cursor.freeze()
        self._fetch_task = self._spawn(self._fetch)

    def _arm_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if (deadline := self._protocol.deadline) is not None:
            self._timer = self._loop.call_at(deadline, self._tick)

    def _tick(self) -> None:
        self._perform(self._protocol.tick(self._loop.time()))

    def _on_drained(self) -> None:
        self._perform(self._protocol.drained(self._loop.time()))

    def _end(self, ending: Ending) -> None:
        self._perform(self._protocol.ended(ending, self._loop.time()))

    async def _hold_link(self, *, renew_token: bool) -> None:
        ending = await self._connect_and_read(renew_token=renew_token)
        self._link_task = None  # this task is at its end: it must not be cancelled by it
        self._end(ending)

    async def _connect_and_read(self, *, renew_token: bool) -> Ending:
        dialled = await self._dialer.dial(
            renew_token=renew_token, resume_from=self._cursor.position
        )
        if isinstance(dialled, Ending):
            return dialled
        self._protocol.token_ready(self._loop.time())
        try:
            async with dialled.connection as link:
                self._reception.begin(protocol=dialled.protocol)
                await self._read(link)
        except LINK_ERRORS as error:
            return ending_of(error, self._parts.network.url)

    async def _read(self, link: Link) -> NoReturn:
        self._line.join(link)
        self._protocol.opened(self._loop.time())
        self._arm_timer()
        while True:
            self._take(await link.receive(), link)

    def _take(self, frames: Sequence[bytes], link: Link) -> None:
        now = self._loop.time()
        if self._line.holds(link):
            self._line.note_frame(now)
            if self._reception.take_together(frames, now):
                return
        for frame in frames:
            if not self._line.holds(link):
                break  # the frame before this one ended the connection
            self._reception.take(frame, now)

    async def _fetch(self) -> None:
        ending = await self._recovery.run()
        self._fetch_task = None
        if ending is not None:
            self._end(ending)
            return
        if self._recovery.is_whole:
            self._reception.fetched(self._recovery.read_at)
        self._perform(self._protocol.backfilled(self._loop.time()))


def _already_open(stream: EventStream) -> StreamAlreadyOpen:
    if stream.is_for_waiting:
        return StreamAlreadyOpen(
            "wait_for() of this client has opened a stream, which ends with it",
            hint="Open events() first: wait_for() then listens on that stream.",
        )
    return StreamAlreadyOpen("This client has an open stream already")


def _inbox_for(options: StreamOptions, *, on_drained: Callable[[], None]) -> Inbox:
    ledger = Ledger()
    ledger.begin(options.beginning.bookmark.watermark)
    return Inbox(
        EventBuffer(max_events=options.max_buffered_events, policy=options.overflow),
        ledger,
        on_drained=on_drained,
        wants=options.events.wants if options.events is not None else None,
        bookmark=options.beginning.bookmark,
    )


def _log(status: StreamStatus) -> None:
    level = logging.WARNING if status.state is StreamState.WAITING else logging.INFO
    logger.log(level, "stream is %s: %s", status.state.value, status.reason or "all is well")
