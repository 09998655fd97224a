"""The command line against a real server that the tests of this folder share."""

from pathlib import Path

import pytest

from tests.support.cli import Cli
from tests.support.live_server import LiveServer


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Cli:
    """A user who has not logged in anywhere."""
    return Cli(monkeypatch, capsys, tmp_path)


@pytest.fixture
def server(shared_live_server: LiveServer, cli: Cli) -> LiveServer:
    """The real server; `cli` talks to it."""
    cli.set(IR_URL=shared_live_server.url)
    return shared_live_server


@pytest.fixture
def admin(server: LiveServer, cli: Cli) -> Cli:
    """The admin, logged in."""
    ran = cli("login", "--username", "admin", stdin=f"{server.admin_password}\n")
    assert ran.code == 0, ran.err
    return cli


@pytest.fixture
def sensor(server: LiveServer, cli: Cli) -> Cli:
    """A sensor that may create alerts."""
    cli.set(IR_TOKEN=server.ingest_token)
    return cli
