"""What exists only while a client is open: its connections, its login, its stream.

Loaded when a client is opened, and what the stream needs when that is first wanted: a program
that only makes REST calls never waits for it.
"""

import asyncio
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

import httpx

from .credentials import Credentials, Vault
from .rest.meta import Features, Meta
from .rest.network import Network
from .rest.retry import RetryPolicy, Uniform
from .rest.session import Session
from .rest.transport import Transport

if TYPE_CHECKING:
    from .stream.driver import EventStream, StreamParts
    from .stream.waiting import WaitingRoom


class Opened:
    """The parts of an open client, in the event loop and task group that it was opened in."""

    def __init__(
        self,
        network: Network,
        tasks: asyncio.TaskGroup,
        *,
        credentials: Credentials | None,
        vault: Vault | None,
        timeout_seconds: float,
        retry: RetryPolicy,
        handler: httpx.AsyncBaseTransport | None,
        uniform: Uniform,
    ) -> None:
        self.loop = asyncio.get_running_loop()
        self.tasks = tasks
        self._network = network
        self.transport = Transport(
            network,
            tasks=tasks,
            timeout_seconds=timeout_seconds,
            policy=retry,
            handler=handler,
            uniform=uniform,
        )
        self.session = Session(self.transport, credentials, tasks=tasks, vault=vault)
        self.transport.tokens = self.session
        self.meta = Meta(self.transport)
        self.transport.features = Features(self.meta, tasks=tasks)
        self._waiting_room: WaitingRoom | None = None

    @cached_property
    def stream_parts(self) -> "StreamParts":
        """What a stream needs of the client."""
        from .rest.alerts import AlertCalls
        from .stream.driver import StreamParts

        return StreamParts(
            self._network, self.session, self.meta, AlertCalls(self.transport), self.tasks
        )

    def waiting_room(self, events: "Callable[[], EventStream]") -> "WaitingRoom":
        """Where all wait for events of the open stream, or of one that `events` opens."""
        from .stream.waiting import WaitingRoom

        if self._waiting_room is None:
            self._waiting_room = WaitingRoom(self.stream_parts, events)
        return self._waiting_room

    async def aclose(self) -> None:
        """End the stream, if one is open, then the connections."""
        if "stream_parts" in vars(self) and self.stream_parts.open_stream is not None:
            await self.stream_parts.open_stream.aclose()
        await self.transport.aclose()
