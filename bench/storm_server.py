"""A server of `ROWS` alerts that tells `RATE` events a second to whoever listens.

A process of its own, so that what it does costs the measured console nothing. The storm begins when
somebody has read all alerts: it is to be met, not the loading. Half of the events are new alerts,
half changes of those that are there; titles hold a number, so that what is painted at the cursor
can be told from outside. Prints its address, and from then on, each second of the storm, how many
events its listeners have taken and how many pages they asked for. Ends when its standard input
closes.
"""

import asyncio
import itertools
import random
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from ir_client.testing import FakeServer
from ir_client.wire.alerts import Alert
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

    def __init__(self) -> None:
        super().__init__()
        self.is_read = asyncio.Event()
        self._by_change: dict[int, None] = {}

    def commit(self, alert_id: int | None = None, **fields: Any) -> Alert:
        """Keep the alerts in the order of their last changes, too."""
        alert = super().commit(alert_id, **fields)
        self._by_change.pop(alert.id, None)
        self._by_change[alert.id] = None
        return alert

    async def _page(self, params: httpx.QueryParams) -> httpx.Response:
        self.pages_served += 1
        size, total = int(params.get("size", "50")), len(self.alerts)
        if "updated_after" in params:
            shown, cursor = self._changed_page(params, size)
        else:
            shown, cursor = self._newest_page(params, size)
        body: dict[str, Any] = {
            "alerts": [alert.model_dump(mode="json") for alert in shown],
            "next_cursor": cursor,
            "pagination": {
                "page": 1,
                "size": size,
                "total": total,
                "total_pages": -(-total // size),
            },
        }
        headers = {EPOCH_HEADER: self.epoch, SEQ_HEADER: str(self.log.head)}
        return httpx.Response(200, json=body, headers=headers)

    def _newest_page(self, params: httpx.QueryParams, size: int) -> tuple[list[Alert], str | None]:
        newest = int(params.get("cursor", max(self.alerts, default=0) + 1)) - 1
        shown = [self.alerts[number] for number in range(newest, max(0, newest - size), -1)]
        if newest <= size:
            self.is_read.set()
            return shown, None
        return shown, str(newest - size + 1)

    def _changed_page(self, params: httpx.QueryParams, size: int) -> tuple[list[Alert], str | None]:
        since = datetime.fromisoformat(params.get("cursor", params["updated_after"]))
        changed: list[Alert] = []
        for number in reversed(self._by_change):
            if (alert := self.alerts[number]).updated_at < since:
                break
            changed.append(alert)
        changed.reverse()
        rest = changed[size : size + 1]
        return changed[:size], rest[0].updated_at.isoformat() if rest else None


async def storm(server: StormServer, rows: int, rate: float) -> None:
    chance, numbers = random.Random(5), itertools.count(rows + 1)
    loop = asyncio.get_running_loop()
    await server.is_read.wait()
    due, before, told, told_at, pages = 0.0, loop.time(), 0, loop.time(), server.pages_served
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
        told, due = told + int(due), due - int(due)
        if now - told_at >= 1.0:
            # `publish_all` waits for who does not read.
            print(f"{told / (now - told_at):.0f} {server.pages_served - pages}", flush=True)
            told, told_at, pages = 0, now, server.pages_served


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
