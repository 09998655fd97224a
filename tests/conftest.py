"""Fixtures for all tests."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.live_server import LiveServer, running_server


def pytest_configure() -> None:
    """Leave no event loop for anyone to make in passing.

    looptime asks for the current loop before every test, and where none was ever set, asking
    makes one that nobody closes: some later test then fails for it.
    """
    asyncio.set_event_loop(None)


@pytest.fixture
def live_server(tmp_path: Path) -> Iterator[LiveServer]:
    """A real server process with an empty database; the test may kill and restart it."""
    with running_server(tmp_path) as server:
        yield server


@pytest.fixture(scope="session")
def shared_live_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """One real server for all tests that neither kill it nor mind what others left in it."""
    with running_server(tmp_path_factory.mktemp("server")) as server:
        yield server
