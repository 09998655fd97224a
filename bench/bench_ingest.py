"""How many alerts a second the server acknowledges, each on disk before it is.

One connection with 50 alerts a request, beside SQLite alone: the same rows into the same tables and
indexes, as many to a commit, with the same pragmas. Sixteen connections with one alert a request,
beside the same server with a commit for each write. Bodies are made before the clock starts; each
round has a new database, in turns.
"""

import asyncio
import json
import sqlite3
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from bench.alerts import drafts
from bench.own_server import INGEST_TOKEN, OwnServer, own_server
from bench.results import Measurement, write

ROUNDS = 5
ALERTS = 10_000
ALERTS_A_REQUEST = 50
SINGLES = 4_000
CONNECTIONS = 16

_TABLES = ("alerts", "raw_alerts", "alert_timeline", "events")


def request(path: str, body: object) -> bytes:
    """A whole HTTP request, ready to be sent."""
    content = json.dumps(body, separators=(",", ":")).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {INGEST_TOKEN}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


def bulk_requests() -> list[bytes]:
    records = drafts(ALERTS)
    return [
        request(
            "/api/v1/alerts/ingest",
            {"source_system": "bench", "alerts": records[start : start + ALERTS_A_REQUEST]},
        )
        for start in range(0, ALERTS, ALERTS_A_REQUEST)
    ]


async def post_all(server: OwnServer, requests: Sequence[bytes], *, connections: int) -> float:
    """Seconds until the last request is acknowledged."""
    waiting = iter(requests)

    async def work() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        for one in waiting:
            writer.write(one)
            await _acknowledged(reader)
        writer.close()

    started = time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for _ in range(connections):
            tasks.create_task(work())
    return time.perf_counter() - started


async def _acknowledged(reader: asyncio.StreamReader) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if not head.startswith((b"http/1.1 200", b"http/1.1 201")):
        raise RuntimeError(head.decode())
    await reader.readexactly(int(head.partition(b"content-length: ")[2].split(b"\r\n")[0]))


def by_sqlite_alone(stored: Path, directory: Path) -> float:
    """Seconds to store what the server stored with these alerts, without any server."""
    source = sqlite3.connect(stored)
    target = sqlite3.connect(directory / "alone.db", isolation_level=None)
    target.execute("PRAGMA journal_mode=WAL")
    target.execute("PRAGMA synchronous=FULL")
    made = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name = ? ORDER BY type DESC"
    for table in _TABLES:
        for (statement,) in source.execute(made, (table,)):
            target.execute(statement)
    only = {"alert_timeline": " WHERE action = 'created'", "events": " WHERE kind = 'new'"}
    rows = {
        table: source.execute(f"SELECT * FROM {table}{only.get(table, '')}").fetchall()  # noqa: S608
        for table in _TABLES
    }
    source.close()
    inserts = {
        table: f"INSERT INTO {table} VALUES ({','.join('?' * len(held[0]))})"  # noqa: S608
        for table, held in rows.items()
        if held
    }
    started = time.perf_counter()
    for start in range(0, ALERTS, ALERTS_A_REQUEST):
        target.execute("BEGIN IMMEDIATE")
        for table, statement in inserts.items():
            target.executemany(statement, rows[table][start : start + ALERTS_A_REQUEST])
        target.execute("COMMIT")
    seconds = time.perf_counter() - started
    target.close()
    return seconds


async def bulk_round(requests: Sequence[bytes]) -> tuple[float, float]:
    """Seconds of the server and of SQLite alone."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        async with own_server(directory / "server.db") as server:
            seconds = await post_all(server, requests, connections=1)
        return seconds, by_sqlite_alone(directory / "server.db", directory)


async def singles_round(requests: Sequence[bytes], *, module: str) -> float:
    with tempfile.TemporaryDirectory() as name:
        async with own_server(Path(name) / "server.db", module=module) as server:
            return await post_all(server, requests, connections=CONNECTIONS)


async def main() -> None:
    bulk = bulk_requests()
    singles = [
        request("/api/v1/alerts/single", record | {"source": "bench"}) for record in drafts(SINGLES)
    ]
    ours, alone, grouped, lone = [], [], [], []
    for _ in range(ROUNDS):
        server_seconds, sqlite_seconds = await bulk_round(bulk)
        ours.append(server_seconds)
        alone.append(sqlite_seconds)
        grouped.append(await singles_round(singles, module="server_stub"))
        lone.append(await singles_round(singles, module="bench.lone_commits"))
    write(
        "ingest",
        [
            Measurement(
                f"durable ingest, 1 connection x {ALERTS_A_REQUEST}",
                ALERTS / median(ours),
                "/s",
                "SQLite alone, the same rows, indexes and sync",
                ALERTS / median(alone),
                goal=0.5,
                smaller_is_better=False,
            ),
            Measurement(
                f"durable ingest, {CONNECTIONS} connections x 1",
                SINGLES / median(grouped),
                "/s",
                "the same without group commit",
                SINGLES / median(lone),
                goal=2.0,
                smaller_is_better=False,
            ),
        ],
    )


if __name__ == "__main__":
    asyncio.run(main())
