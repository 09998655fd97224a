"""What others notice of a client that never reads.

Alerts are posted one by one to a hundred clients; measured is the time from the POST to the frame
at each of them, in turns with and without a client that takes nothing from its first byte on. The
server may end that one only after the round, so that it is there all the time.
"""

import asyncio
import socket
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from statistics import median

import httpx
from websockets.asyncio.client import ClientConnection, connect

from bench.alerts import drafts
from bench.crowd import upgrade
from bench.own_server import INGEST_TOKEN, OwnServer, login, own_server
from bench.results import Measurement, percentile, write

READERS = 100
ALERTS_A_ROUND = 50
SECONDS_BETWEEN = 0.05
ROUNDS = 9
GOAL = 1.1
# So small that it is full after two alerts of 60 KB.
STUCK_BUFFER_BYTES = 4_096
DESCRIPTION = "x" * 60_000
SETTINGS = {
    "IR_SERVER_STREAM_CONNECTIONS_PER_USER": str(2 * READERS),
    "IR_SERVER_STREAM_SEND_SECONDS": "60",
    "IR_SERVER_CORRELATION_MINUTES": "0",
}


class Round:
    """The seconds from each POST to its frames."""

    def __init__(self) -> None:
        self.posted_at = 0.0
        self.seconds: list[float] = []

    async def listen(self, connection: ClientConnection) -> None:
        async for message in connection:
            assert isinstance(message, str)
            if message.startswith('{"type":"new_alert"'):
                self.seconds.append(time.perf_counter() - self.posted_at)


@asynccontextmanager
async def readers(server: OwnServer, token: str, told: Round) -> AsyncIterator[None]:
    headers = {"Authorization": f"Bearer {token}"}
    address = f"ws://127.0.0.1:{server.port}/ws/incidents"
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
        for _ in range(READERS):
            opening = connect(
                address, additional_headers=headers, compression=None, proxy=None, max_size=None
            )
            connection = await stack.enter_async_context(opening)
            tasks.create_task(told.listen(connection))
        yield
        await stack.aclose()


@asynccontextmanager
async def one_that_never_reads(server: OwnServer, token: str) -> AsyncIterator[None]:
    with socket.socket() as stuck:
        stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, STUCK_BUFFER_BYTES)
        stuck.connect(("127.0.0.1", server.port))
        upgrade(stuck, "/ws/incidents", token)
        yield


async def measure(server: OwnServer, token: str, *, with_stuck: bool, seed: int) -> list[float]:
    told = Round()
    bearer = {"Authorization": f"Bearer {INGEST_TOKEN}"}
    async with AsyncExitStack() as stack:
        if with_stuck:
            await stack.enter_async_context(one_that_never_reads(server, token))
        await stack.enter_async_context(readers(server, token, told))
        http = await stack.enter_async_context(
            httpx.AsyncClient(base_url=server.url, headers=bearer)
        )
        for draft in drafts(ALERTS_A_ROUND, seed=seed):
            name = f"{seed}-{draft['external_alert_id']}"
            alert = draft | {"external_alert_id": name, "source": "bench", "risk_score": 50}
            told.posted_at = time.perf_counter()
            body = alert | {"description": DESCRIPTION}
            (await http.post("/api/v1/alerts/single", json=body)).raise_for_status()
            await asyncio.sleep(SECONDS_BETWEEN)
    return told.seconds


def _median_of(rounds: list[list[float]], share: int) -> float:
    """Of the rounds' percentiles: a disk that stalls once tells nothing of who is connected."""
    return median(percentile(one, share) for one in rounds)


async def main() -> None:
    rounds: dict[bool, list[list[float]]] = {False: [], True: []}
    with tempfile.TemporaryDirectory() as name:
        async with own_server(Path(name) / "server.db", SETTINGS) as server:
            token = await login(server)
            await measure(server, token, with_stuck=False, seed=0)
            for number in range(ROUNDS):
                for with_stuck, held in rounds.items():
                    seed = 1 + 2 * number + with_stuck
                    held.append(await measure(server, token, with_stuck=with_stuck, seed=seed))
    write(
        "slow_reader",
        [
            Measurement(
                f"POST to frame at {READERS} clients, one more never reads, p{share}",
                _median_of(rounds[True], share) * 1e3,
                "ms",
                "without the one",
                _median_of(rounds[False], share) * 1e3,
                goal=GOAL if share == 99 else None,
            )
            for share in (50, 99)
        ],
    )


if __name__ == "__main__":
    asyncio.run(main())
