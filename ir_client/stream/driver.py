"""The stream over `websockets`: performs what the protocol decides."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Self
from urllib.parse import quote

import websockets
from websockets.asyncio.client import ClientConnection, connect

from ..errors import IRError
from ..rest.meta import Meta
from ..rest.network import Network
from ..rest.session import Session
from ..wire.commands import Command, encode_command
from .events import Event, StateChanged, decode
from .status import StreamState, StreamStatus


class EventStream:
    """The events of a server, one after another, over every interruption."""

    def __init__(
        self, network: Network, session: Session, meta: Meta, *, tasks: asyncio.TaskGroup
    ) -> None:
        self._network, self._session, self._meta, self._tasks = network, session, meta, tasks
        self._events: asyncio.Queue[Event | IRError] = asyncio.Queue()
        self._link: ClientConnection | None = None
        self._retry = asyncio.Event()
        self._status = StreamStatus(StreamState.CONNECTING, 0.0)
        self._task: asyncio.Task[None] | None = None

    @property
    def status(self) -> StreamStatus:
        return self._status

    def retry_now(self) -> None:
        self._retry.set()

    async def send(self, command: Command) -> None:
        if self._link is not None:
            await self._link.send(encode_command(command))

    async def __aenter__(self) -> Self:
        self._task = self._tasks.create_task(self._run())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._task is not None
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def __aiter__(self) -> AsyncIterator[Event]:
        while True:
            event = await self._events.get()
            if isinstance(event, IRError):
                raise event
            yield event

    def _enter(
        self, state: StreamState, *, reason: str = "", retry_at: float | None = None
    ) -> None:
        old = self._status.state
        now = asyncio.get_running_loop().time()
        self._status = StreamStatus(state, now, retry_at=retry_at, reason=reason)
        self._events.put_nowait(StateChanged(old, state, self._status))

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        attempt = 0
        while True:
            reason = "the connection ended"
            try:
                token = await self._session.token()
                url = f"{self._network.stream_url}?token={quote(token.get_secret_value())}"
                async with connect(
                    url, ssl=self._network.tls, proxy=self._network.proxy, max_size=2**24
                ) as link:
                    self._link = link
                    async for frame in link:
                        if self._status.state is not StreamState.LIVE:
                            self._enter(StreamState.LIVE)
                            attempt = 0
                        self._events.put_nowait(decode(frame))
            except (OSError, websockets.WebSocketException) as error:
                reason = type(error).__name__
            except IRError as error:
                if not error.retryable:
                    self._events.put_nowait(error)
                    return
                reason = str(error)
            self._link = None
            delay = random.uniform(0, min(60.0, 0.5 * 2**attempt))
            attempt += 1
            self._enter(StreamState.WAITING, reason=reason, retry_at=loop.time() + delay)
            self._retry.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._retry.wait(), delay)
            self._enter(StreamState.CONNECTING)
