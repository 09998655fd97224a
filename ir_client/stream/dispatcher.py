"""Hand events to handlers: in order for each alert, side by side across alerts.

Holds the handlers and counts what they did. What waits for them is bounded: the stream is read no
further while that is full, and then protects itself. A handler that fails is logged and counted,
and stops neither the others nor the stream. A checkpoint keeps no event that is not handled.
"""

import asyncio
import inspect
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from ..errors import ConfigError, DrainTimeout, StreamAlreadyOpen
from .bookmark import Bookmark
from .driver import EventStream
from .events import Event, StateChanged
from .kinds import kinds_of
from .lanes import Lanes
from .limits import CONCURRENCY, MAX_UNFINISHED
from .signals import stopping_on_signals
from .subjects import subject_of

logger = logging.getLogger("ir_client.dispatch")

DRAIN_SECONDS = 15.0

E = TypeVar("E", bound=Event)
Result = TypeVar("Result")
OpenEvents = Callable[[], AbstractAsyncContextManager[AsyncIterator[Event]]]


@dataclass(frozen=True, slots=True)
class HandlerFailure:
    """A handler, by its name, raised `error` on `event`."""

    handler: str
    event: Event
    error: BaseException


@dataclass(frozen=True, slots=True)
class DispatchStats:
    """`handled` and `failed` count calls of handlers; `waiting` and `running` are events now."""

    handled: int
    failed: int
    waiting: int
    running: int


@dataclass(frozen=True, slots=True)
class _Handler:
    kinds: tuple[type, ...]
    where: Callable[[Any], bool] | None
    call: Callable[[Any], object]

    @property
    def name(self) -> str:
        return getattr(self.call, "__qualname__", type(self.call).__qualname__)


@dataclass(frozen=True, slots=True)
class _Job:
    """`bookmark` is what came before the event, where the stream has bookmarks."""

    event: Event
    handlers: tuple[_Handler, ...]
    bookmark: Bookmark | None


class Registration(Generic[E]):
    """What `Dispatcher.on` gives: a decorator that leaves the handler as it is."""

    def __init__(
        self,
        handlers: list[_Handler],
        kinds: tuple[type[E], ...],
        where: Callable[[E], bool] | None,
    ) -> None:
        self._handlers = handlers
        self._kinds = kinds
        self._where = where

    def __call__(self, handler: Callable[[E], Result]) -> Callable[[E], Result]:
        self._handlers.append(_Handler(self._kinds, self._where, handler))
        return handler


class Dispatcher:
    """Runs handlers for the events of a stream.

        bot = client.dispatcher(concurrency=8)

        @bot.on(NewAlert, where=lambda event: event.alert.severity == "critical")
        async def page(event: NewAlert) -> None: ...

        await bot.run(handle_signals=True)

    The events of one alert are handled one after another, in their order; those of different
    alerts side by side, up to `concurrency` at once; those that are about no alert or incident in
    order for each type. A handler is a coroutine function, or a function that is quick: it runs
    in the event loop. Several handlers of one event run in the order of their registration.
    """

    def __init__(
        self,
        open_events: OpenEvents,
        *,
        concurrency: int = CONCURRENCY,
        max_unfinished: int = MAX_UNFINISHED,
        on_error: Callable[[HandlerFailure], None] | None = None,
    ) -> None:
        if concurrency < 1 or max_unfinished < 1:
            raise ConfigError("`concurrency` and `max_unfinished` have to be 1 or more")
        self._open_events = open_events
        self._on_error = on_error
        self._handlers: list[_Handler] = []
        self._lanes = Lanes(self._handle, concurrency=concurrency, max_unfinished=max_unfinished)
        self._reading: asyncio.Timeout | None = None
        self._stream: EventStream | None = None
        self._given_up_at: Bookmark | None = None
        self._is_running = False
        self._is_stopping = False
        self._handled = 0
        self._failed = 0

    @property
    def stats(self) -> DispatchStats:
        """How it is doing."""
        running = self._lanes.running
        waiting = max(0, len(self._lanes.unfinished) - running)
        return DispatchStats(self._handled, self._failed, waiting, running)

    def on(self, kind: type[E], *, where: Callable[[E], bool] | None = None) -> Registration[E]:
        """Register a handler of the events of `kind` for which `where` is true.

        ConfigError for a `kind` that is no class of events, nor a union of such.
        """
        return Registration(self._handlers, kinds_of(kind, name="kind"), where)

    def on_state(
        self, handler: Callable[[StateChanged], Result]
    ) -> Callable[[StateChanged], Result]:
        """Register a handler of the stream's changes of state; they need no free place."""
        return Registration(self._handlers, (StateChanged,), None)(handler)

    async def run(
        self, *, drain_seconds: float = DRAIN_SECONDS, handle_signals: bool = False
    ) -> None:
        """Handle events until `stop()`, or until the stream ends; then finish what was taken.

        With `handle_signals` the first SIGINT or SIGTERM stops it. Raises what ended the stream,
        and DrainTimeout; ConfigError without any handler. Cancelling it cancels the handlers.
        """
        if self._is_running:
            raise StreamAlreadyOpen("This dispatcher runs already")
        if not self._handlers:
            raise ConfigError(
                "This dispatcher has no handler", hint="Register one first: @bot.on(NewAlert)."
            )
        self._is_running = True
        try:
            with stopping_on_signals(self.stop) if handle_signals else nullcontext():
                async with self._lanes.open():
                    await self._run(drain_seconds)
        finally:
            self._is_running = self._is_stopping = False

    def stop(self) -> None:
        """Take no more events: `run`, which may begin yet, ends when what was taken is handled."""
        if not self._is_stopping:
            self._is_stopping = True
            if self._reading is not None:
                self._reading.reschedule(asyncio.get_running_loop().time())

    async def drain(self, timeout_seconds: float = DRAIN_SECONDS) -> None:
        """Stop, and wait until all that was taken is handled.

        DrainTimeout after so many seconds; what is unfinished by then is cancelled. A handler
        would wait for itself here: it calls `stop()`.
        """
        if self._is_running:
            self.stop()
        try:
            async with asyncio.timeout(timeout_seconds):
                await self._lanes.idle()
        except TimeoutError:
            unfinished = tuple(job.event for job in self._lanes.unfinished)
            self._given_up_at = self._oldest_unhandled()
            self._lanes.cancel()
            message = f"{len(unfinished)} events were not handled within {timeout_seconds:g} s"
            raise DrainTimeout(message, unfinished=unfinished) from None

    async def _run(self, drain_seconds: float) -> None:
        async with self._open_events() as events:
            self._follow(events)
            failure = await self._read(events)
            # The stream stays open: handlers may still need it.
            try:
                await self.drain(drain_seconds)
            except DrainTimeout as timeout:
                raise timeout from failure
        if failure is not None:
            raise failure
        # A stream that was left has told its last state behind what was not taken.
        async for event in events:
            if isinstance(event, StateChanged):
                self._take(event)
        await self.drain(drain_seconds)

    def _follow(self, events: AsyncIterator[Event]) -> None:
        self._given_up_at = None
        self._stream = events if isinstance(events, EventStream) else None
        if self._stream is not None:
            self._stream.progress.hold(self._oldest_unhandled)

    def _oldest_unhandled(self) -> Bookmark | None:
        oldest = self._lanes.oldest
        return oldest.bookmark if oldest is not None else self._given_up_at

    async def _read(self, events: AsyncIterator[Event]) -> Exception | None:
        """Take events until stopped; what ended the stream, if anything did."""
        try:
            async with asyncio.timeout(None) as self._reading:
                while not self._is_stopping:
                    # First the room: an event that was asked for cannot be given back.
                    await self._lanes.room()
                    self._take(await anext(events))
        except StopAsyncIteration:
            return None
        except TimeoutError as error:
            return None if self._is_stopping else error
        except Exception as error:  # noqa: BLE001 - what was taken is handled first, then it is raised
            return error
        finally:
            self._reading = None
        return None

    def _take(self, event: Event) -> None:
        handlers = tuple(handler for handler in self._handlers if self._wants(handler, event))
        if handlers:
            is_state = isinstance(event, StateChanged)
            job = _Job(event, handlers, self._stream.progress.taken_to if self._stream else None)
            self._lanes.put(job, lane=subject_of(event), needs_slot=not is_state)

    def _wants(self, handler: _Handler, event: Event) -> bool:
        if not isinstance(event, handler.kinds):
            return False
        try:
            return handler.where is None or handler.where(event)
        except Exception as error:  # noqa: BLE001 - logged and counted: it is the user's code
            self._note_failure(HandlerFailure(handler.name, event, error))
            return False

    async def _handle(self, job: _Job) -> None:
        for handler in job.handlers:
            try:
                await _result_of(handler.call, job.event)
            except asyncio.CancelledError as error:
                if _is_cancelled():
                    raise
                self._note_failure(HandlerFailure(handler.name, job.event, error))
            except Exception as error:  # noqa: BLE001 - logged and counted: it is the user's code
                self._note_failure(HandlerFailure(handler.name, job.event, error))
            else:
                self._handled += 1
        if self._stream is not None:
            self._stream.progress.note_handled()

    def _note_failure(self, failure: HandlerFailure) -> None:
        self._failed += 1
        kind = type(failure.event).__name__
        logger.error("handler %s failed on %s", failure.handler, kind, exc_info=failure.error)
        if self._on_error is None:
            return
        try:
            self._on_error(failure)
        except Exception:
            logger.exception("on_error failed itself")


async def _result_of(call: Callable[[Event], object], event: Event) -> None:
    result = call(event)
    if inspect.isawaitable(result):
        await result


def _is_cancelled() -> bool:
    """Whether this task is to end; a handler may let a cancellation of its own escape."""
    task = asyncio.current_task()
    return task is None or task.cancelling() > 0
