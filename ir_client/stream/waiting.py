"""Wait for one event: on the stream that is open, or on one that is opened for that time."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Generic, TypeVar

from ..errors import ClientClosedError, IRError, RequestTimeout, StreamError
from .driver import EventStream, StreamParts
from .events import Event
from .kinds import kinds_of, names_of
from .status import StreamState

logger = logging.getLogger("ir_client.stream")

E = TypeVar("E", bound=Event)


class Waiter(Generic[E]):
    """A listener that waits for the first event of its kind for which `where` is true."""

    hears_changes = True

    def __init__(self, kinds: tuple[type[E], ...], where: Callable[[E], bool] | None) -> None:
        self._kinds = kinds
        self._where = where
        self.outcome: asyncio.Future[E] = asyncio.get_running_loop().create_future()

    def opened(self, *, protocol: int) -> None:
        """Connections come and go; it waits on."""

    def lost(self) -> None:
        """Connections come and go; it waits on."""

    def heard(self, event: Event, request_id: str | None) -> None:  # noqa: ARG002 - a listener
        """Something came in."""
        if self.outcome.done() or not isinstance(event, self._kinds):
            return
        try:
            if self._where is None or self._where(event):
                self.outcome.set_result(event)
        except Exception as error:  # noqa: BLE001 - the caller's own condition, raised to the caller
            self.outcome.set_exception(error)

    def ended(self, error: IRError | None) -> None:
        """There will be no connection any more."""
        if not self.outcome.done():
            self.outcome.set_exception(
                error or ClientClosedError("The stream that was waited on has ended")
            )


class WaitingRoom:
    """Who waits for events of one client, and the stream that is open for them alone."""

    def __init__(self, parts: StreamParts, open_stream: Callable[[], EventStream]) -> None:
        self._parts = parts
        self._open_stream = open_stream
        self._own: EventStream | None = None
        self._waiting = 0
        self._turn = asyncio.Lock()

    async def wait_for(
        self, kind: type[E], where: Callable[[E], bool] | None, *, timeout_seconds: float
    ) -> E:
        """The first event that comes from now on and is wanted."""
        kinds = kinds_of(kind, name="kind")
        waiter = Waiter[E](kinds, where)
        try:
            async with asyncio.timeout(timeout_seconds) as limit, self._listening(waiter):
                return await waiter.outcome
        except TimeoutError:
            if not limit.expired():
                raise
            raise RequestTimeout(
                f"No {names_of(kinds)} that was wanted came within {timeout_seconds:g} s",
                hint="Allow a longer `timeout_seconds`, or look whether it has happened before.",
            ) from None
        finally:
            if not waiter.outcome.cancel() and not waiter.outcome.cancelled():
                waiter.outcome.exception()  # seen, also where the time was over first

    @asynccontextmanager
    async def _listening(self, waiter: Waiter[E]) -> AsyncIterator[None]:
        async with self._stream() as stream:
            stream.listeners.add(waiter)
            if stream.status.state is StreamState.CLOSED:
                waiter.ended(None)  # it failed before, and its owner has not left it yet
            try:
                yield
            finally:
                stream.listeners.discard(waiter)

    @asynccontextmanager
    async def _stream(self) -> AsyncIterator[EventStream]:
        stream = self._parts.open_stream
        if stream is not None and stream is not self._own:
            yield stream
            return
        self._waiting += 1
        try:
            async with self._turn:
                own = self._own or await self._begin()
            yield own
        finally:
            self._waiting -= 1
            async with self._turn:
                if not self._waiting:
                    await self._end()

    async def _begin(self) -> EventStream:
        own = self._open_stream()
        own.is_for_waiting = True
        self._own = await own.__aenter__()
        self._parts.tasks.create_task(_read(self._own))
        return self._own

    async def _end(self) -> None:
        if self._own is not None:
            # Only then: until it is closed, it is not a stream that somebody else opened.
            await self._own.aclose()
            self._own = None


async def _read(stream: EventStream) -> None:
    """Read what nobody else does, so that it does not pile up."""
    try:
        async for _ in stream:
            pass
    except StreamError as error:
        logger.debug("the stream that was waited on has ended: %s", error)
