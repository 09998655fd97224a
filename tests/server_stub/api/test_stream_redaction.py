"""What the server's log knows of those who connect, at its most talkative: no token."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import InvalidStatus, WebSocketException
from websockets.sync.client import ClientConnection, connect

from tests.support.live_server import LiveServer, running_server


@pytest.fixture
def talkative_server(tmp_path: Path) -> Iterator[LiveServer]:
    with running_server(tmp_path, {"IR_SERVER_LOG_LEVEL": "DEBUG"}) as server:
        yield server


def exhaust(connection: ClientConnection) -> None:
    while True:
        connection.recv()


def test_no_token_of_a_stream_is_in_the_log_whatever_becomes_of_its_connection(
    talkative_server: LiveServer,
) -> None:
    server = talkative_server
    base = server.url.replace("http", "ws")
    credentials = {"username": "admin", "password": server.admin_password}
    login = httpx.post(f"{server.url}/api/v1/auth/login", json=credentials).json()
    token = login["access_token"]
    unknown = "ire_" + "unknown" * 6
    with connect(f"{base}/ws/incidents?token={token}") as accepted:
        accepted.recv()
        accepted.send(json.dumps({"type": "ping", "token": token}))
        accepted.send("x" * 100_000)
        with pytest.raises(WebSocketException):
            exhaust(accepted)
    header = {"Authorization": f"Bearer {token}"}
    with connect(f"{base}/ws/incidents", additional_headers=header) as accepted:
        accepted.recv()
    for refused in (unknown, login["refresh_token"], token[:-4] + "AAAA"):
        url = f"{base}/ws/incidents?x=1&token={refused}"
        with connect(url) as closed, pytest.raises(WebSocketException):
            closed.recv()
    for url, headers in (
        (f"{base}/ws/elsewhere?token={token}", {}),
        (f"{base}/ws/incidents?token={token}", {"Origin": "https://evil.example"}),
        (f"{base}/ws/incidents?token={token}{'x' * 9_000}", {}),
    ):
        with pytest.raises(InvalidStatus), connect(url, additional_headers=headers):
            pass
    server.stop()
    log = server.log
    assert "/ws/incidents" in log
    for secret in (token, unknown, login["refresh_token"], *token.split(".")[1:]):
        assert secret not in log
