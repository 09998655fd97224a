"""One WebSocket connection that hands over together what came together.

`recv` of websockets costs a coroutine and two queue operations a message, a quarter of what a
small event costs in all. Here whole messages wait in a queue of our own, in their order; one in
fragments goes the library's way. Bounded as there: while many wait, nothing is read.
"""

import asyncio
from collections import deque
from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.frames import Frame, Opcode
from websockets.protocol import Event

# Few: what is decoded long before it is looked at has left the processor's cache by then, and
# has been gone through by the garbage collector.
_BYTES_AT_ONCE = 32 * 1024
_MOST_WAITING = 64

_WHOLE = (Opcode.TEXT, Opcode.BINARY)


class Link(ClientConnection):
    """A connection that knows when anything came last, pongs included."""

    heard_at: float | None = None

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._waiting: deque[bytes | None] = deque()  # None: a message in fragments
        self._news = asyncio.Event()
        self._is_lost = False
        self._has_paused = False

    async def receive(self) -> list[bytes]:
        """The messages that have come, a few at once; ConnectionClosed when there are no more.

        Who reads the events of the last ones has a turn before: with much to read this never
        waits for the network.
        """
        if self._waiting:
            await asyncio.sleep(0)
        while not self._waiting and not self._is_lost:
            self._news.clear()
            await self._news.wait()
        return self._next_messages() or [await self.recv(decode=False)]

    def _next_messages(self) -> list[bytes]:
        """What waits, up to a message in fragments; nothing if that is the next one."""
        messages: list[bytes] = []
        size = 0
        while self._waiting and size < _BYTES_AT_ONCE:
            message = self._waiting.popleft()
            if message is None:
                if messages:
                    self._waiting.appendleft(None)
                break
            messages.append(message)
            size += len(message)
        if self._has_paused and len(self._waiting) <= _MOST_WAITING // 4:
            self._has_paused = False
            self.transport.resume_reading()
        return messages

    # What websockets and the transport call

    def data_received(self, data: bytes) -> None:
        self.heard_at = self.loop.time()
        super().data_received(data)

    def process_event(self, event: Event) -> None:
        if not isinstance(event, Frame) or event.opcode not in _WHOLE:
            super().process_event(event)
            return
        if event.fin:
            data = event.data
            self._waiting.append(data if type(data) is bytes else bytes(data))
        else:
            self._waiting.append(None)
            super().process_event(event)
        self._news.set()
        if len(self._waiting) > _MOST_WAITING and not self._has_paused:
            self._has_paused = True
            self.transport.pause_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._is_lost = True
        self._news.set()
