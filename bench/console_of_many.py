"""The console with `ROWS` alerts that it has already, and a server that says nothing."""

import asyncio
import sys

from bench.bench_console_table import stock
from ir_console.cli.console import few_collections
from ir_console.settings import ConsoleSettings
from ir_console.tui.app import ConsoleApp
from tests.support.memory_server import MemoryServer


async def main(rows: int) -> None:
    app = ConsoleApp(MemoryServer(), settings=ConsoleSettings(snapshot_limit=0), profile="bench")
    stock(app.state, rows)
    with few_collections():
        await app.run_async()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
