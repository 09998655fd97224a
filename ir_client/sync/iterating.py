"""What is iterated over without `await`: lists of alerts, and the stream."""

import os
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator
from contextlib import suppress
from types import TracebackType
from typing import Any, Generic, Protocol, Self, TypeVar, cast

from ..errors import ClientClosedError
from ..rest.alerts import AlertQuery, Page
from ..rest.incidents import IncidentQuery
from ..stream.driver import EventStream
from ..stream.events import Event
from ..stream.status import StreamStatus
from ..wire.alerts import Alert
from ..wire.incidents import Incident, IncidentPage
from .asking import SyncAsking

Q = TypeVar("Q")
R = TypeVar("R")
T = TypeVar("T")

_BEGIN = "Ask for it again in this process."


class Runner(Protocol):
    """Who runs coroutines of an open client, in the client's loop."""

    def _run(self, work: Callable[[Any], Coroutine[Any, Any, R]]) -> R: ...


class Driven(Generic[Q]):
    """Something that is fetched while it is iterated over, without `await`."""

    def __init__(self, client: Runner, make: Callable[[Any], Q]) -> None:
        self._client = client
        self._make = make

    def _driven(self, begin: Callable[[Q], AsyncGenerator[T, None]]) -> Iterator[T]:
        generator: AsyncGenerator[T, None] | None = None
        pid = os.getpid()

        async def step(client: Any) -> T:
            nonlocal generator
            if pid != os.getpid():
                raise ClientClosedError("The list was begun in another process", hint=_BEGIN)
            if generator is None:
                generator = begin(self._make(client))
            return await anext(generator)

        async def end(_: Any) -> None:
            if generator is not None and pid == os.getpid():
                await generator.aclose()

        try:
            while True:
                try:
                    item = self._client._run(step)
                except StopAsyncIteration:
                    return
                yield item
        finally:
            # Once the client is closed, its loop has ended the generator itself.
            with suppress(ClientClosedError):
                self._client._run(end)


class SyncAlertQuery(Driven[AlertQuery]):
    """A list of alerts, fetched page by page while it is iterated over."""

    def __iter__(self) -> Iterator[Alert]:
        return self._driven(lambda query: cast("AsyncGenerator[Alert, None]", aiter(query)))

    def pages(self) -> Iterator[Page]:
        """The pages one by one; by cursor where the server has them, else by number."""
        return self._driven(lambda query: cast("AsyncGenerator[Page, None]", query.pages()))


class SyncIncidentQuery(Driven[IncidentQuery]):
    """A list of incidents, fetched page by page while it is iterated over."""

    def __iter__(self) -> Iterator[Incident]:
        return self._driven(lambda query: cast("AsyncGenerator[Incident, None]", aiter(query)))

    def pages(self) -> Iterator[IncidentPage]:
        """The pages one by one."""
        return self._driven(lambda query: cast("AsyncGenerator[IncidentPage, None]", query.pages()))


class SyncEventStream(SyncAsking):
    """The events of a server, one after another, over every interruption.

        with client.events() as stream:
            for event in stream:
                match event:
                    case NewAlert(data=alert): ...

    The loop goes on when the server restarts or the network fails; it ends with the `with` block,
    with Ctrl-C, or with an error of `errors.StreamError` when going on is no use.
    """

    def __init__(self, client: Runner, make: Callable[[Any], EventStream]) -> None:
        self._client = client
        self._make = make
        self._stream: EventStream | None = None
        self._pid = 0

    @property
    def status(self) -> StreamStatus:
        """How the stream is doing right now."""
        return self._run(lambda stream: _told(lambda: stream.status))

    @property
    def bookmark(self) -> str:
        """How far the stream was read, as text that `since` takes; empty before anything was.

        What came before the event that was asked for last is in it.
        """
        return self._run(lambda stream: _told(lambda: stream.bookmark))

    def retry_now(self) -> None:
        """Try to connect at once, if the stream is waiting."""
        self._run(lambda stream: _told(stream.retry_now))

    def reconnect(self) -> None:
        """Drop the connection as if the network had failed; the stream comes back by itself."""
        self._run(lambda stream: _told(stream.reconnect))

    def __enter__(self) -> Self:
        async def enter(client: Any) -> EventStream:
            return await self._make(client).__aenter__()

        self._stream = self._client._run(enter)
        self._pid = os.getpid()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._pid == os.getpid():
            # When the client was closed first, it has closed the stream.
            with suppress(ClientClosedError):
                self._run(lambda stream: stream.aclose())
        self._stream = None

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Event:
        try:
            return self._run(lambda stream: stream.__anext__())
        except StopAsyncIteration:
            raise StopIteration from None

    def _run(self, work: Callable[[EventStream], Coroutine[Any, Any, R]]) -> R:
        stream = self._stream
        if stream is None:
            raise ClientClosedError(
                "The stream is not open",
                hint="Use it inside its block: with client.events() as stream.",
            )
        if self._pid != os.getpid():
            raise ClientClosedError(
                "The stream is not open in this process",
                hint="Use it inside `with client.events() as stream`, in the process that did.",
            )
        return self._client._run(lambda _: work(stream))


async def _told(work: Callable[[], R]) -> R:
    return work()
