"""A real server, a process of its own, with settings and a database file that the caller knows."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

ADMIN = "admin"
ADMIN_PASSWORD = "admin-password-of-a-benchmark"
INGEST_TOKEN = "ingest-token-of-a-benchmark-0123456789"

_SECRETS = {
    "IR_SERVER_SECRET_KEY": "a-secret-key-that-only-benchmarks-use-8317",
    "IR_SERVER_ADMIN_PASSWORD": ADMIN_PASSWORD,
    "IR_SERVER_INGEST_TOKEN": INGEST_TOKEN,
    # A login is not what is measured.
    "IR_SERVER_ARGON2_MEMORY_KIB": "8192",
    "IR_SERVER_ARGON2_TIME_COST": "1",
}


@dataclass(frozen=True, slots=True)
class OwnServer:
    """Where it listens, its process and its database."""

    port: int
    process: Process
    database: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def resident_kib(self) -> int:
        """Memory of the server that is in RAM."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0])

    def cpu_seconds(self) -> float:
        """Processor time that the server has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@asynccontextmanager
async def own_server(
    database: Path, settings: Mapping[str, str] | None = None, *, module: str = "server_stub"
) -> AsyncIterator[OwnServer]:
    """A server that ends with the block; `module` is what is run, for changed servers."""
    arguments = ["--port", "0", "--database", f"sqlite:///{database}", "--until-stdin-closes"]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *arguments),
        stdin=PIPE,
        stderr=PIPE,
        env=dict(os.environ) | _SECRETS | dict(settings or {}),
    )
    assert process.stdin is not None
    assert process.stderr is not None
    try:
        first = (await process.stderr.readline()).decode()
        if not first.startswith("listening on "):
            raise RuntimeError(f"the server did not start: {first}{await process.stderr.read()!r}")
        drain = asyncio.ensure_future(process.stderr.read())
        yield OwnServer(int(first.rpartition(":")[2]), process, database)
    finally:
        process.stdin.close()
        await process.wait()
    await drain


async def login(server: OwnServer) -> str:
    """An access token of the admin."""
    async with httpx.AsyncClient(base_url=server.url) as http:
        body = {"username": ADMIN, "password": ADMIN_PASSWORD}
        answer = await http.post("/api/v1/auth/login", json=body)
        token: str = answer.json()["access_token"]
        return token
