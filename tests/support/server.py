"""The server's parts inside a test: a clock to turn, a database in a file, rows that matter."""

import functools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
from pydantic import SecretStr

from ir_client.wire.auth import UserCreate
from server_stub.access import Viewer
from server_stub.app import create_app
from server_stub.domain.clocks import instant
from server_stub.ingestion.rows import prepare_alert
from server_stub.settings import ServerSettings
from server_stub.storage.actors import SYSTEM, ActorRef
from server_stub.storage.alert_writes import PreparedAlert, Stored, store_batch
from server_stub.storage.database import Database
from server_stub.storage.engine import create_private_file, writer_engine
from server_stub.storage.events import ensure_epoch
from server_stub.storage.migrate import migrate
from server_stub.storage.users import KeptUser, NewUser, add_user
from tests.support.builders import NOON, a_draft
from tests.support.openapi import described

ADMIN_PASSWORD = "the-admin-password"
INGEST_TOKEN = "the-ingest-token-0123456789"
PASSWORD = "a-long-enough-password"

MANAGER = Viewer("user", role="manager", user_id=None, name="boss")


class FakeClock:
    """A clock that stands still until it is turned; also counts monotonic seconds."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def monotonic(self) -> float:
        return (self.now - NOON).total_seconds() + 1_000

    def advance(self, **units: float) -> None:
        self.now += timedelta(**units)

    @property
    def instant(self) -> str:
        return instant(self.now)


def cheap_settings(directory: Path, **fields: Any) -> ServerSettings:
    """Settings whose passwords cost nothing and whose secrets are known."""
    defaults: dict[str, Any] = {
        "database_url": f"sqlite:///{directory / 'server.db'}",
        "secret_key": SecretStr("a-secret-that-only-tests-have-0123456789"),
        "admin_password": SecretStr(ADMIN_PASSWORD),
        "ingest_token": SecretStr(INGEST_TOKEN),
        "argon2_memory_kib": 8,
        "argon2_time_cost": 1,
        "argon2_parallelism": 1,
    }
    return ServerSettings(**(defaults | fields))


@functools.cache
def _empty_database() -> bytes:
    """The file that the migrations make: making it costs more than most tests."""
    with TemporaryDirectory() as directory:
        path = Path(directory) / "empty.db"
        create_private_file(path)
        engine = writer_engine(path, lock_seconds=5)
        with engine.begin() as connection:
            migrate(connection)
        engine.dispose()
        return path.read_bytes()


def with_empty_database(settings: ServerSettings) -> ServerSettings:
    """The same settings; their database is there, without a row, if there was none."""
    path = settings.database_path
    if not path.exists():
        create_private_file(path)
        path.write_bytes(_empty_database())
    return settings


@asynccontextmanager
async def opened_database(directory: Path, **fields: Any) -> AsyncIterator[Database]:
    """An empty database whose log has the epoch `epoch`."""
    settings = with_empty_database(cheap_settings(directory, **fields))
    async with Database.opened(settings) as database:
        await database.write(lambda connection: ensure_epoch(connection, "epoch"))
        yield database


def a_row(
    *, team: str | None = None, received_at: str | None = None, **fields: Any
) -> PreparedAlert:
    """An alert ready to be stored."""
    return prepare_alert(a_draft(**fields), team=team, received_at=received_at or instant(NOON))


async def store(
    database: Database,
    *rows: PreparedAlert,
    now: datetime = NOON,
    actor: ActorRef = SYSTEM,
) -> list[Stored]:
    """Store alerts as an ingest does."""
    return await database.write(
        lambda connection: store_batch(connection, rows, actor=actor, now=instant(now))
    )


async def store_user(database: Database, username: str = "dana", **fields: Any) -> KeptUser:
    """A user whose password nobody knows."""
    new = NewUser(**({"username": username, "role": "analyst", "password_hash": "!"} | fields))
    return await database.write(lambda connection: add_user(connection, new, now=instant(NOON)))


class AppClient:
    """A server inside the test's own loop, and who talks to it."""

    def __init__(self, http: httpx.AsyncClient, app: Any, clock: FakeClock) -> None:
        self.http = http
        self.app = app
        self.clock = clock
        self.services = app.state.services
        self.token = {"Authorization": f"Bearer {INGEST_TOKEN}"}

    async def login(
        self, username: str = "admin", password: str = ADMIN_PASSWORD
    ) -> dict[str, str]:
        """The headers of someone who signed in."""
        answer = await self.http.post(
            "/auth/login", json={"username": username, "password": password}
        )
        answer.raise_for_status()
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}

    async def login_as(
        self, role: str, *, name: str = "dana", teams: list[str] | None = None
    ) -> dict[str, str]:
        """Make a user and sign in as it."""
        wanted = UserCreate(
            username=name, password=SecretStr(PASSWORD), role=role, teams=tuple(teams or ())
        )
        await self.services.directory.create_user(wanted)
        return await self.login(name, PASSWORD)

    async def ingest(
        self, *alerts: dict[str, Any], headers: dict[str, str] | None = None
    ) -> httpx.Response:
        body = {"source_system": "edr", "alerts": list(alerts)}
        return await self.http.post("/alerts/ingest", json=body, headers=headers or self.token)


def an_alert_body(**fields: Any) -> dict[str, Any]:
    """An alert as a SIEM sends it, of which the server has nothing to find out by itself."""
    defaults = {"external_alert_id": "ext-1", "title": "Bad thing", "severity": "high"}
    return {**defaults, "risk_score": 50.0, **fields}


@asynccontextmanager
async def app_client(
    directory: Path, *, clock: FakeClock | None = None, address: str = "127.0.0.1", **fields: Any
) -> AsyncIterator[AppClient]:
    """A whole server without sockets; its answers are held to its OpenAPI document."""
    clock = clock or FakeClock()
    settings = with_empty_database(cheap_settings(directory, **fields))
    app = create_app(settings, clock=clock, monotonic=clock.monotonic)
    transport = httpx.ASGITransport(app=app, client=(address, 50_000))
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=transport,
            base_url="http://server/api/v1",
            event_hooks={"response": [described().check]},
        ) as http,
    ):
        yield AppClient(http, app, clock)
