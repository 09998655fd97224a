"""Fixtures of the server's tests: a database in a file, and a server without sockets."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server_stub.storage.database import Database
from tests.support.server import AppClient, FakeClock, app_client, opened_database


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with opened_database(tmp_path) as database:
        yield database


@pytest.fixture
async def server(tmp_path: Path, clock: FakeClock) -> AsyncIterator[AppClient]:
    async with app_client(tmp_path, clock=clock) as client:
        yield client
