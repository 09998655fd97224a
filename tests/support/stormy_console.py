"""A console in which alerts pour in, and which counts its own turns into the file that is named.

python -m tests.support.stormy_console FILE [ALERTS]
"""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

from ir_client.wire.events import NewAlert
from ir_console.settings import ConsoleSettings
from ir_console.tui.app import ConsoleApp
from tests.support.builders import an_alert
from tests.support.memory_server import MemoryServer

_SECONDS = 0.02


class Turns:
    """How far it is, in a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, text: str) -> None:
        self._path.write_text(text)


async def storm(server: MemoryServer, turns: "Turns", most: int) -> None:
    number = 0
    while True:
        await asyncio.sleep(_SECONDS)
        turns.write(str(number))
        if server.stream is not None and number < most:
            number += 1
            now = datetime.now(UTC)
            alert = an_alert(id=number, title=f"Q{number:05d}", received_at=now, updated_at=now)
            server.stream.tell(NewAlert(data=alert))


async def main(turns: "Turns", most: int) -> None:
    server = MemoryServer()
    app = ConsoleApp(server, settings=ConsoleSettings(toast_severity="none", view=""))
    async with asyncio.TaskGroup() as tasks:
        pouring = tasks.create_task(storm(server, turns, most))
        await app.run_async()
        pouring.cancel()


if __name__ == "__main__":
    asyncio.run(main(Turns(Path(sys.argv[1])), int(sys.argv[2])))
