"""The console over a server in memory: `ROWS` alerts, then `RATE` events a second.

Half of the events are new alerts, half changes of those that are there. Titles hold a number, so
that what is painted at the cursor can be told from outside.
"""

import asyncio
import itertools
import random
import sys
from datetime import UTC, datetime, timedelta

from ir_client.wire.alerts import Alert
from ir_client.wire.events import AlertUpdated, NewAlert
from ir_client.wire.values import SEVERITIES
from ir_console.cli.console import few_collections
from ir_console.settings import ConsoleSettings
from ir_console.tui.app import ConsoleApp
from tests.support.builders import an_alert
from tests.support.memory_server import MemoryServer

STEP_SECONDS = 0.02


def alert(number: int, when: datetime, chance: random.Random) -> Alert:
    return an_alert(
        id=number,
        title=f"Q{number:07d} Suspicious PowerShell",
        severity=chance.choice(SEVERITIES[2:]),
        affected_hostname=f"web-{number % 97:02d}",
        received_at=when,
        created_at=when,
        updated_at=when,
    )


async def storm(server: MemoryServer, rate: float) -> None:
    # What is told is not kept by the server: a real one keeps it in another process.
    chance = random.Random(5)
    changes, numbers = itertools.count(1), itertools.count(len(server.stored) + 1)
    due = 0.0
    while True:
        await asyncio.sleep(STEP_SECONDS)
        due += rate * STEP_SECONDS
        for number in range(int(due)):
            if server.stream is None:
                continue
            if number % 2:
                new = alert(next(numbers), datetime.now(UTC), chance)
                server.stream.tell(NewAlert(data=new))
            else:
                old = server.stored[chance.randint(1, len(server.stored))]
                moved = {"revision": (old.revision or 0) + next(changes), "status": "triaged"}
                changed = old.model_copy(update=moved)
                server.stream.tell(AlertUpdated(data=changed))
        due -= int(due)


async def main(rows: int, rate: float) -> None:
    server, chance = MemoryServer(), random.Random(3)
    now = datetime.now(UTC)
    for number in range(1, rows + 1):
        server.hold(alert(number, now - timedelta(seconds=rows - number), chance))
    app = ConsoleApp(
        server,
        settings=ConsoleSettings(toast_severity="none", snapshot_limit=rows),
        profile="bench",
    )
    with few_collections():
        await watched(app, server, rate)


async def watched(app: ConsoleApp, server: MemoryServer, rate: float) -> None:
    async with asyncio.TaskGroup() as tasks:
        told = tasks.create_task(storm(server, rate))
        await app.run_async()
        told.cancel()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2])))
