"""A console in which alerts pour in, and which tells the file that is named how many have.

python -m tests.support.stormy_console FILE new 50 400
python -m tests.support.stormy_console FILE updates 10000 600000
"""

import asyncio
import itertools
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from ir_client.wire.events import AlertUpdated, NewAlert
from ir_console.cli.console import few_collections
from ir_console.settings import ConsoleSettings
from ir_console.tui.app import ConsoleApp
from tests.support.builders import an_alert
from tests.support.memory_server import MemoryServer

_STEP_SECONDS = 0.02
_AT_ONCE_SECONDS = 0.1
HELD = 5_000


class Told:
    """How many events were told, in a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def note(self, count: int) -> None:
        self._path.write_text(str(count))


def new_alerts() -> Iterator[NewAlert]:
    for number in itertools.count(1):
        now = datetime.now(UTC)
        title = f"Q{number:07d}"
        yield NewAlert(data=an_alert(id=number, title=title, received_at=now, updated_at=now))


def updates(server: MemoryServer) -> Iterator[AlertUpdated]:
    """Of the alerts that are held, one after another; the title says which update it is."""
    for number in itertools.count(1):
        alert = server.stored[1 + number % HELD]
        fields = {"revision": (alert.revision or 1) + number, "title": f"Q{number:07d}"}
        yield AlertUpdated(data=alert.model_copy(update=fields))


async def pour(server: MemoryServer, told: Told, what: str, rate: float, most: int) -> None:
    events = new_alerts() if what == "new" else updates(server)
    loop = asyncio.get_running_loop()
    count, began = 0, None
    while True:
        await asyncio.sleep(_STEP_SECONDS)
        if server.stream is None:
            continue
        began = began or loop.time()
        # Who is late is not asked for all of it at once: that would only make it later.
        due = min(most, int((loop.time() - began) * rate), count + int(rate * _AT_ONCE_SECONDS) + 1)
        for event in itertools.islice(events, due - count):
            server.stream.tell(event)
        count = due
        told.note(count)


async def main(path: str, what: str, rate: str, most: str) -> None:
    server = MemoryServer()
    if what == "updates":
        now = datetime.now(UTC)
        for number in range(1, HELD + 1):
            server.hold(an_alert(id=number, title="before", received_at=now, updated_at=now))
    app = ConsoleApp(server, settings=ConsoleSettings(toast_severity="none"))
    with few_collections():
        async with asyncio.TaskGroup() as tasks:
            pouring = tasks.create_task(
                pour(server, Told(Path(path)), what, float(rate), int(most))
            )
            await app.run_async()
            pouring.cancel()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
