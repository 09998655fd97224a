"""A server, a process of its own, on a database that is there already."""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 60.0
_ADMIN_PASSWORD = "the-admin-password"
_LISTENING = b"listening on "
_SETTINGS = {
    "IR_SERVER_ADMIN_PASSWORD": _ADMIN_PASSWORD,
    "IR_SERVER_INGEST_TOKEN": "the-ingest-token-0123456789",
    "IR_SERVER_SECRET_KEY": "a-secret-that-only-benchmarks-have-0123456789",
    "IR_SERVER_ARGON2_MEMORY_KIB": "8192",
    "IR_SERVER_ARGON2_TIME_COST": "1",
}


@dataclass(frozen=True, slots=True)
class DatabaseServer:
    """Where it listens, its first user, and its process."""

    url: str
    process_id: int
    admin: str = "admin"
    admin_password: str = _ADMIN_PASSWORD

    def resident_bytes(self) -> int:
        """How much memory the process holds."""
        pages = Path(f"/proc/{self.process_id}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")


@asynccontextmanager
async def serving(path: Path) -> AsyncIterator[DatabaseServer]:
    """The server on the database at `path`; it has ended on the way out."""
    options = ["--port", "0", "--database", f"sqlite:///{path}", "--until-stdin-closes"]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "server_stub",
        *options,
        stdin=PIPE,
        stdout=DEVNULL,
        stderr=PIPE,
        env={**os.environ, **_SETTINGS},
    )
    assert process.stdin is not None
    assert process.stderr is not None
    try:
        async with asyncio.timeout(START_SECONDS):
            line = await process.stderr.readline()
        if not line.startswith(_LISTENING):
            raise RuntimeError(f"the server did not start: {line.decode(errors='replace')}")
        reading = asyncio.create_task(_read(process.stderr))
        yield DatabaseServer(line.removeprefix(_LISTENING).decode().strip(), process.pid)
        reading.cancel()
    finally:
        process.stdin.close()
        await process.wait()


async def _read(words: asyncio.StreamReader) -> None:
    """Take what the server says: a full pipe would stop it."""
    while await words.readline():
        pass
