"""A TCP proxy in front of a server that treats a connection as bad networks do.

It decides nothing about what passes, only how and whether. Settings apply to what passes from
then on, also on connections that exist already.
"""

import asyncio
from asyncio import StreamReader, StreamWriter
from contextlib import suppress
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from .sockets import reset

_CHUNK_BYTES = 64 * 1024
_PIECES_PER_SECOND = 20


class FaultProxy:
    """Passes a free loopback port on to the server at `url`, while it is open.

        async with FaultProxy(server.url, latency_seconds=0.2) as proxy:
            async with IRClient(proxy.url, credentials=...) as client: ...

    - `latency_seconds`: how long each piece is held, in both directions
    - `slice_bytes`: pieces are at most that long
    - `bytes_per_second`: how fast it passes, in each direction of each connection
    - `truncate_after`: so many bytes come back from the server, then the connection ends
    - `hang()`: connections stay, new ones too, and nothing passes
    - `cut()`: connections are reset, new ones at once
    - `mend()`: the end of `hang` and `cut`
    """

    def __init__(
        self,
        url: str,
        *,
        latency_seconds: float = 0.0,
        slice_bytes: int | None = None,
        bytes_per_second: int | None = None,
        truncate_after: int | None = None,
    ) -> None:
        self.latency_seconds = latency_seconds
        self.slice_bytes = slice_bytes
        self.bytes_per_second = bytes_per_second
        self.truncate_after = truncate_after
        address = urlsplit(url)
        self._scheme = address.scheme
        self._target = (
            address.hostname or "",
            address.port or (443 if self._scheme == "https" else 80),
        )
        self._connections: dict[asyncio.Task[None], list[StreamWriter]] = {}
        self._server: asyncio.Server | None = None
        self._tasks = asyncio.TaskGroup()
        self._is_cut = False
        self._flows = asyncio.Event()
        self._flows.set()

    @property
    def port(self) -> int:
        """The port that it listens on."""
        assert self._server is not None
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    @property
    def url(self) -> str:
        """Where clients find it."""
        return f"{self._scheme}://127.0.0.1:{self.port}"

    def hang(self) -> None:
        """Hold back all that comes, and every connection open."""
        self._flows.clear()

    def cut(self) -> int:
        """Reset all connections, and new ones at once; returns how many there were."""
        self._is_cut = True
        return self._reset_all()

    def mend(self) -> None:
        """Let everything pass again; what was held back while it hung comes now."""
        self._is_cut = False
        self._flows.set()

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

    def _reset_all(self) -> int:
        for task, ends in self._connections.items():
            for end in ends:
                reset(end.transport)
            task.cancel()
        # A connection that has only just come has no far end yet: nobody was served on it.
        return sum(len(ends) > 1 for ends in self._connections.values())

    def _accept(self, reader: StreamReader, writer: StreamWriter) -> None:
        # A plain function: asyncio would otherwise run it in a task that nobody waits for.
        if self._is_cut:
            reset(writer.transport)
            return
        ends = [writer]
        task = self._tasks.create_task(self._serve(reader, ends))
        self._connections[task] = ends
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        for end in self._connections.pop(task):
            end.close()

    async def _serve(self, reader: StreamReader, ends: list[StreamWriter]) -> None:
        near = ends[0]
        try:
            far_reader, far = await asyncio.open_connection(*self._target)
        except OSError:
            reset(near.transport)
            return
        ends.append(far)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._pump(reader, far))
            tasks.create_task(self._pump(far_reader, near, comes_back=True))

    async def _pump(
        self, reader: StreamReader, writer: StreamWriter, *, comes_back: bool = False
    ) -> None:
        """Pass on what comes, then the end of it."""
        passed = 0
        with suppress(OSError):
            while chunk := await reader.read(_CHUNK_BYTES):
                await self._flows.wait()
                await asyncio.sleep(self.latency_seconds)
                room = self.truncate_after if comes_back else None
                if room is not None:
                    chunk = chunk[: max(0, room - passed)]
                await self._pass_on(chunk, writer)
                passed += len(chunk)
                if room is not None and passed >= room:
                    break
        await self._flows.wait()
        with suppress(OSError, RuntimeError):
            writer.write_eof()

    async def _pass_on(self, chunk: bytes, writer: StreamWriter) -> None:
        while chunk:
            size = self._piece_bytes(len(chunk))
            piece, chunk = chunk[:size], chunk[size:]
            writer.write(piece)
            await writer.drain()
            rate = self.bytes_per_second
            # Even without a rate, the pieces have to leave one by one.
            await asyncio.sleep(0 if rate is None else len(piece) / rate)

    def _piece_bytes(self, most: int) -> int:
        if self.slice_bytes is not None:
            most = min(most, self.slice_bytes)
        if self.bytes_per_second is not None:
            most = min(most, max(1, self.bytes_per_second // _PIECES_PER_SECOND))
        return most
