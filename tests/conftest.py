"""Fixtures for all tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.live_server import LiveServer, running_server


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
