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
    talkative = {"IR_SERVER_LOG_LEVEL": "DEBUG", "IR_SERVER_ACCESS_LOG": "true"}
    with running_server(tmp_path, talkative) as server:
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
    nowhere = f"{server.url}/api/v1/nowhere%1b%5b2J?token={token}"
    httpx.get(nowhere, headers={"X-Request-ID": "trace-7"})
    server.stop()
    log = server.log
    assert "/ws/incidents" in log
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    assert {line["level"] for line in lines} <= {"DEBUG", "INFO"}, "a client's doing is no error"
    (asked,) = [line for line in lines if line.get("request_id") == "trace-7"]
    assert asked["message"].startswith("GET /api/v1/nowhere\x1b[2J 404, ")
    for secret in (token, unknown, login["refresh_token"], *token.split(".")[1:]):
        assert secret not in log
