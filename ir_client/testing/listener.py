"""One stream connection of the fake server, in the protocol that it speaks.

Puts `seq` beside the frames of protocol 2. Frames leave in the order of the calls, an opening as
one piece. A silent listener is a dead peer: nothing leaves any more.
"""

import asyncio
import json
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from ..wire.protocol2 import MAX_BATCH_EVENTS
from .changelog import Telling

Frame = dict[str, Any]


class Listener:
    """`telling` is what a listener of protocol 2 was told; None for protocol 1."""

    def __init__(self, connection: ServerConnection, telling: Telling | None) -> None:
        self.connection = connection
        self.telling = telling
        self.is_silent = False
        self._turn = asyncio.Lock()

    async def send(self, message: str | bytes) -> None:
        """Send a message as it is."""
        async with self._turn:
            await self._write(message)

    async def send_frames(self, frames: Iterable[Frame]) -> None:
        """Send frames one after another, with nothing of anyone else between them."""
        async with self._turn:
            for frame in frames:
                await self._write(self._encoded(frame))

    async def tell(self, event: Frame, *, is_newest: bool) -> None:
        """Send the state of an alert; it waits no more if it is the newest."""
        async with self._turn:
            if self.telling is not None and is_newest:
                self.telling.told([event["data"]["id"]])
            await self._write(self._encoded(event))

    async def tell_all(self, events: list[Frame]) -> None:
        """Send newest states: in batches where the protocol has them."""
        async with self._turn:
            for frame in self.batches(events):
                await self._write(self._encoded(frame))

    def batches(self, events: list[Frame]) -> Iterable[Frame]:
        """The frames that tell of newest states; each is told when its frame is taken."""
        if self.telling is None:
            yield from events
            return
        for start in range(0, len(events), MAX_BATCH_EVENTS):
            part = events[start : start + MAX_BATCH_EVENTS]
            self.telling.told([event["data"]["id"] for event in part])
            yield part[0] if len(part) == 1 else {"type": "batch", "data": {"events": part}}

    def _encoded(self, frame: Frame) -> str:
        if self.telling is not None:
            frame = {"seq": self.telling.position} | frame
        return json.dumps(frame)

    async def _write(self, message: str | bytes) -> None:
        if not self.is_silent:
            with suppress(ConnectionClosed):
                await self.connection.send(message)
