"""The floor of a fan-out: asyncio transports, and one finished frame for all of them.

Prints its port. Each line on stdin, heeded once COUNT clients are there, is a number of frames of
SIZE bytes: they are written to every connection, and then a line on stdout says so. Ends with its
stdin.
"""

import asyncio
import sys


class _Clients:
    """Connections that are only written to."""

    def __init__(self, count: int) -> None:
        self._count = count
        self.transports: list[asyncio.WriteTransport] = []
        self.all_there = asyncio.Event()

    def accept(self) -> asyncio.Protocol:
        return _Client(self)

    def add(self, transport: asyncio.WriteTransport) -> None:
        self.transports.append(transport)
        if len(self.transports) == self._count:
            self.all_there.set()


class _Client(asyncio.Protocol):
    def __init__(self, clients: _Clients) -> None:
        self._clients = clients

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._clients.add(transport)


async def main(size: int, count: int) -> None:
    clients = _Clients(count)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(clients.accept, "127.0.0.1", 0, backlog=2048)
    print(server.sockets[0].getsockname()[1], flush=True)
    frame = b"\x81\x7e" + size.to_bytes(2, "big") + b"x" * size
    while line := await asyncio.to_thread(sys.stdin.readline):
        await clients.all_there.wait()
        for _ in range(int(line)):
            for transport in clients.transports:
                transport.write(frame)
            await asyncio.sleep(0)
        print("done", flush=True)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
