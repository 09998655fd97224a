"""A real server, a process of its own, that has been given ten thousand alerts."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
from pydantic import SecretStr

from bench.alerts import drafts
from ir_client import IRClient, TokenCredentials
from ir_console.cli.local_server import ADMIN, LocalServer, local_server

ALERTS = 10_000
ALERTS_A_REQUEST = 500


@dataclass(frozen=True, slots=True)
class Stocked:
    """Where the alerts are, a login, and where the log stood before there was any, and after."""

    url: str
    token: SecretStr
    began_at: str
    ended_at: str

    def client(self) -> IRClient:
        return IRClient(self.url, credentials=TokenCredentials(self.token))


@asynccontextmanager
async def stocked_server() -> AsyncIterator[Stocked]:
    """The server once its background work on the alerts is done."""
    async with local_server() as server, httpx.AsyncClient(base_url=server.url) as http:
        login = {"username": ADMIN, "password": server.admin_password.get_secret_value()}
        answer = await http.post("/api/v1/auth/login", json=login)
        token = SecretStr(answer.json()["access_token"])
        began_at = await _position(http, token)
        await _ingest(http, server)
        ended_at = await _until_quiet(http, token)
        yield Stocked(server.url, token, began_at, ended_at)


async def _position(http: httpx.AsyncClient, token: SecretStr) -> str:
    headers = {"Authorization": f"Bearer {token.get_secret_value()}"}
    answer = await http.get("/api/v1/alerts", params={"size": 1}, headers=headers)
    return f"{answer.headers['X-Stream-Epoch']}:{answer.headers['X-Stream-Seq']}"


async def _ingest(http: httpx.AsyncClient, server: LocalServer) -> None:
    headers = {"Authorization": f"Bearer {server.ingest_token.get_secret_value()}"}
    records = drafts(ALERTS)
    for start in range(0, ALERTS, ALERTS_A_REQUEST):
        body = {"source_system": "bench", "alerts": records[start : start + ALERTS_A_REQUEST]}
        answer = await http.post("/api/v1/alerts/ingest", json=body, headers=headers, timeout=60.0)
        answer.raise_for_status()


async def _until_quiet(http: httpx.AsyncClient, token: SecretStr) -> str:
    before = ""
    while (now := await _position(http, token)) != before:
        before = now
        await asyncio.sleep(1.0)
    return now
