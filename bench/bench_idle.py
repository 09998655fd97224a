"""What two thousand clients cost the server's memory while nothing happens, in each protocol."""

import asyncio
import tempfile
from pathlib import Path

from bench.crowd import Crowd
from bench.own_server import login, own_server
from bench.results import Measurement, write

CLIENTS = 2_000
GOAL_KIB = 40.0
# What grows once, not with each connection, is there before.
FIRST_CLIENTS = 50


async def kib_a_connection(directory: Path, *, protocol: int) -> float:
    # Those of before may not have gone yet when the others come.
    most = str(CLIENTS + FIRST_CLIENTS)
    settings = {
        "IR_SERVER_STREAM_CONNECTIONS": most,
        "IR_SERVER_STREAM_CONNECTIONS_PER_USER": most,
    }
    path = f"/ws/incidents?protocol={protocol}"
    async with own_server(directory / f"server-{protocol}.db", settings) as server:
        token = await login(server)
        with Crowd(server.port, FIRST_CLIENTS, path=path, token=token) as first:
            first.drain_quiet()
        before = server.resident_kib()
        with Crowd(server.port, CLIENTS, path=path, token=token) as crowd:
            crowd.drain_quiet()
            return (server.resident_kib() - before) / CLIENTS


async def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        rows = [
            Measurement(
                f"{CLIENTS} idle connections of protocol {protocol}, each",
                await kib_a_connection(Path(name), protocol=protocol),
                "KiB",
                "what it may be",
                GOAL_KIB,
                goal=1.0,
            )
            for protocol in (1, 2)
        ]
    write("idle", rows)


if __name__ == "__main__":
    asyncio.run(main())
