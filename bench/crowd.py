"""Many readers of one server, in the process that measures: plain sockets, no library.

While a server is measured nobody reads: what it sends waits in the kernel, so only its own work is
seen. `drain` then reads everything.
"""

import base64
import os
import select
import socket
import time
from collections.abc import Callable
from typing import Self

_PONG = b"\x8a\x80" + bytes(4)  # masked with zeros: whoever pings is told that we live
_CHUNK = 1 << 20
_SECONDS_BETWEEN_SIGNS = 5.0
_SECONDS_FOR_A_FRAME = 60.0


class Crowd:
    """Connections to a port; `path` makes them WebSockets, opened with `token`."""

    def __init__(self, port: int, count: int, *, path: str | None = None, token: str = "") -> None:
        self._sockets: dict[int, socket.socket] = {}
        self._received: dict[int, int] = {}
        self._poll = select.epoll()
        self._buffer = bytearray(_CHUNK)
        self._shown_at = time.monotonic()
        for _ in range(count):
            connection = socket.create_connection(("127.0.0.1", port))
            read = upgrade(connection, path, token) if path is not None else 0
            connection.setblocking(False)
            self._sockets[connection.fileno()] = connection
            self._received[connection.fileno()] = read
            self._poll.register(connection, select.EPOLLIN)
            self._show_life()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for connection in self._sockets.values():
            connection.close()
        self._poll.close()

    @property
    def received(self) -> list[int]:
        """Bytes that each connection has read so far."""
        return list(self._received.values())

    def drain_until(self, enough: Callable[[], bool], *, seconds: float = 60.0) -> None:
        """Read whatever comes until `enough`."""
        deadline = time.monotonic() + seconds
        while not enough():
            self._show_life()
            if time.monotonic() > deadline:
                raise TimeoutError(f"the crowd has read {min(self.received)} bytes at the least")
            for number, _ in self._poll.poll(0.05):
                self._read(number)

    def drain(self, *, each: int) -> None:
        """Read until every connection has got `each` more bytes than at the last call of this.

        First the last one alone, which is told last: who wakes up at each frame slows the server
        down, by as much as the frame costs it.
        """
        wanted = {number: count + each for number, count in self._received.items()}
        last = next(reversed(wanted))
        while self._received[last] < wanted[last]:
            if not select.select([last], [], [], _SECONDS_FOR_A_FRAME)[0]:
                raise TimeoutError("the last one of the crowd is not told")
            self._read(last)
        self.drain_until(lambda: all(self._received[n] >= count for n, count in wanted.items()))

    def drain_quiet(self) -> None:
        """Read until nothing has come for a while."""
        quiet_since = time.monotonic()
        while time.monotonic() - quiet_since < 0.5:
            self._show_life()
            for number, _ in self._poll.poll(0.05):
                self._read(number)
                quiet_since = time.monotonic()

    def _show_life(self) -> None:
        if time.monotonic() - self._shown_at < _SECONDS_BETWEEN_SIGNS:
            return
        self._shown_at = time.monotonic()
        for connection in self._sockets.values():
            connection.send(_PONG)

    def _read(self, number: int) -> None:
        count = self._sockets[number].recv_into(self._buffer)
        if not count:
            raise ConnectionError(f"the server ended a connection, saying {self._buffer[:200]!r}")
        self._received[number] += count


def upgrade(connection: socket.socket, path: str, token: str) -> int:
    """Open the WebSocket; how many bytes of it came with the answer."""
    key = base64.b64encode(os.urandom(16)).decode()
    bearer = f"Authorization: Bearer {token}\r\n" if token else ""
    connection.sendall(
        f"GET {path} HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n{bearer}\r\n".encode()
    )
    head = b""
    while b"\r\n\r\n" not in head:
        head += connection.recv(65_536)
    if b" 101 " not in head:
        raise ConnectionError(head.decode())
    return len(head.partition(b"\r\n\r\n")[2])
