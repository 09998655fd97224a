"""A TCP relay in front of a server, for cutting the line between it and a client.

Decides nothing about what passes. While cut, it resets every connection, old and new, which is
what a client sees of a broken network.
"""

import asyncio
import socket
import struct
from asyncio import StreamReader, StreamWriter
from contextlib import suppress
from types import TracebackType
from typing import Self

_CHUNK_BYTES = 64 * 1024
_RESET = struct.pack("ii", 1, 0)


class Relay:
    """Relays a free loopback port to `host` and `port` while it is open and not cut."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._writers: set[StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self._tasks = asyncio.TaskGroup()
        self._is_cut = False

    @property
    def port(self) -> int:
        """The port that it listens on."""
        assert self._server is not None
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    def cut(self) -> int:
        """Reset all connections, and new ones at once; returns how many there were."""
        self._is_cut = True
        count = len(self._writers) // 2
        for writer in self._writers:
            _reset(writer)
        return count

    def mend(self) -> None:
        """Let connections through again."""
        self._is_cut = False

    async def __aenter__(self) -> Self:
        await self._tasks.__aenter__()
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._server is not None
        self._server.close()
        self.cut()
        # The caller's exception is not shown to the group, which would wrap it.
        await self._tasks.__aexit__(None, None, None)

    def _accept(self, reader: StreamReader, writer: StreamWriter) -> None:
        # A plain function: asyncio would otherwise run it in a task that nobody waits for.
        self._tasks.create_task(self._serve(reader, writer))

    async def _serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        if self._is_cut:
            _reset(writer)
            return
        try:
            far_reader, far_writer = await asyncio.open_connection(*self._target)
        except OSError:
            _reset(writer)
            return
        if self._is_cut:
            _reset(far_writer)
            _reset(writer)
            return
        ends = {writer, far_writer}
        self._writers |= ends
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(_pump(reader, far_writer))
                tasks.create_task(_pump(far_reader, writer))
        finally:
            self._writers -= ends
            for end in ends:
                end.close()


async def _pump(reader: StreamReader, writer: StreamWriter) -> None:
    """Pass on what comes, then the end of it."""
    with suppress(OSError):
        while chunk := await reader.read(_CHUNK_BYTES):
            writer.write(chunk)
            await writer.drain()
    with suppress(OSError, RuntimeError):
        writer.write_eof()


def _reset(writer: StreamWriter) -> None:
    # With a linger of zero seconds, closing sends RST: the other end notices at once.
    connection = writer.get_extra_info("socket")
    with suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    writer.transport.abort()
