"""A server that costs the measured client nothing: finished frames, one after another.

A process of its own. It answers `GET /meta` as a server of both protocols does, and sends each
connection `COUNT` changes as fast as it takes them: in single frames, or with `?protocol=2` in
batches of `SIZE`. Prints its port, ends when its standard input closes.
"""

import asyncio
import json
import sys
from http import HTTPStatus

from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

from bench.alerts import batches, frames

META = {"name": "bench", "version": "1", "protocols": [1, 2], "features": ["stream_bearer"]}
PLAIN_META = META | {"protocols": [1]}
INITIAL = {"connection_time": "2026-03-01T00:00:00Z"}
HELLO = {"epoch": "bench", "seq": 0, "heartbeat_seconds": 15.0, "mode": "live"}
FRAMES_A_WRITE = 20


def opening(protocol: int) -> list[str]:
    """The frames before the first change."""
    initial = {"type": "initial_data", "data": INITIAL}
    if protocol == 1:
        return [json.dumps(initial)]
    return [
        json.dumps({"seq": 0, "type": "hello", "data": HELLO}),
        json.dumps({"seq": 0} | initial),
    ]


def wire_frame(payload: bytes) -> bytes:
    """A text message of a server, as RFC 6455 has it."""
    size = len(payload)
    if size < 1 << 16:
        return b"\x81\x7e" + size.to_bytes(2, "big") + payload
    return b"\x81\x7f" + size.to_bytes(8, "big") + payload


async def main(count: int, size: int) -> None:
    singles = [wire_frame(frame) for frame in frames(count)]
    batched = [wire_frame(frame) for frame in batches(count, size=size)]

    async def tell(connection: ServerConnection) -> None:
        assert connection.request is not None
        protocol = 2 if "protocol=2" in connection.request.path else 1
        for frame in opening(protocol):
            await connection.send(frame)
        changes = batched if protocol == 2 else singles
        for start in range(0, len(changes), FRAMES_A_WRITE):
            connection.transport.writelines(changes[start : start + FRAMES_A_WRITE])
            await connection.drain()
        await connection.wait_closed()

    def answer(connection: ServerConnection, request: Request) -> Response | None:
        if request.path.endswith("/meta"):
            meta = PLAIN_META if request.path.startswith("/plain") else META
            response = connection.respond(HTTPStatus.OK, json.dumps(meta))
            response.headers["Content-Type"] = "application/json"
            return response
        return None

    async with serve(
        tell, "127.0.0.1", 0, process_request=answer, compression=None, ping_interval=None
    ) as server:
        print(next(iter(server.sockets)).getsockname()[1], flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
