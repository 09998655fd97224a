"""A server of `ROWS` alerts that tells `RATE` events a second to whoever listens.

A process of its own, so that what it does costs the measured console nothing. Half of the events
are new alerts, half changes of those that are there; titles hold a number, so that what is painted
at the cursor can be told from outside. Prints its address, ends when its standard input closes.
"""

import asyncio
import itertools
import random
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from ir_client.testing import FakeServer
from ir_client.wire.cursor import EPOCH_HEADER, SEQ_HEADER
from ir_client.wire.values import SEVERITIES

STEP_SECONDS = 0.02


def fields(number: int, when: datetime, chance: random.Random) -> dict[str, Any]:
    return {
        "title": f"Q{number:07d} Suspicious PowerShell",
        "severity": chance.choice(SEVERITIES[2:]),
        "affected_hostname": f"web-{number % 97:02d}",
        "received_at": when,
        "created_at": when,
    }


class StormServer(FakeServer):
    """A server whose alerts are received in the order of their numbers, which makes pages cheap."""

    async def _page(self, params: httpx.QueryParams) -> httpx.Response:
        size, newest = int(params.get("size", "50")), max(self.alerts, default=0)
        if cursor := params.get("cursor"):
            newest = int(cursor) - 1
        shown = [self.alerts[number] for number in range(newest, max(0, newest - size), -1)]
        total = len(self.alerts)
        body: dict[str, Any] = {
            "alerts": [alert.model_dump(mode="json") for alert in shown],
            "next_cursor": str(newest - size + 1) if newest > size else None,
            "pagination": {
                "page": 1,
                "size": size,
                "total": total,
                "total_pages": -(-total // size),
            },
        }
        headers = {EPOCH_HEADER: self.epoch, SEQ_HEADER: str(self.log.head)}
        return httpx.Response(200, json=body, headers=headers)


async def storm(server: StormServer, rows: int, rate: float) -> None:
    chance, numbers = random.Random(5), itertools.count(rows + 1)
    loop = asyncio.get_running_loop()
    due, before = 0.0, loop.time()
    while True:
        await asyncio.sleep(STEP_SECONDS)
        now = loop.time()
        due, before = due + rate * (now - before), now
        for number in range(int(due)):
            if number % 2:
                new = next(numbers)
                server.commit(new, **fields(new, datetime.now(UTC), chance))
            else:
                server.commit(chance.randint(1, rows), status="triaged")
        await server.publish_all()
        due -= int(due)


async def main(rows: int, rate: float) -> None:
    chance, now = random.Random(3), datetime.now(UTC)
    async with StormServer() as server:
        server.accepts_every_token = True
        for number in range(1, rows + 1):
            when = now - timedelta(seconds=rows - number)
            server.commit(number, **fields(number, when, chance))
        await server.publish_all()
        print(server.url, flush=True)
        reader = asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
        async with asyncio.TaskGroup() as tasks:
            told = tasks.create_task(storm(server, rows, rate))
            await reader
            told.cancel()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2])))
