"""SIGTERM: what is in flight is finished, what was answered is kept, streams are told to return."""

import json
import os
import signal
import socket
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.support.live_server import LiveServer, running_server
from tests.support.server import an_alert_body

PROMISED_SECONDS = 10


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LiveServer]:
    with running_server(tmp_path) as server:
        yield server


def bearer(server: LiveServer) -> dict[str, str]:
    return {"Authorization": f"Bearer {server.ingest_token}"}


def named(name: str) -> dict[str, Any]:
    return an_alert_body(external_alert_id=name, source="edr")


@contextmanager
def half_a_request(server: LiveServer, name: str) -> Iterator[tuple[socket.socket, bytes]]:
    """A connection on which a request to create an alert stops in the middle; and its rest."""
    body = json.dumps(named(name)).encode()
    head = (
        "POST /api/v1/alerts/single HTTP/1.1",
        "Host: server",
        f"Authorization: Bearer {server.ingest_token}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        "Expect: 100-continue",
    )
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as peer:
        peer.sendall("\r\n".join((*head, "", "")).encode())
        assert peer.recv(65_536).startswith(b"HTTP/1.1 100 ")  # the server waits for the body
        peer.sendall(body[:10])
        yield peer, body[10:]


def close_code(stream: ClientConnection) -> int | None:
    """The code with which a stream ends; what comes before is passed over."""
    try:
        while True:
            stream.recv(timeout=30)
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else None


def stored_names(server: LiveServer) -> set[str]:
    with closing(sqlite3.connect(server.database)) as database:
        return {name for (name,) in database.execute("SELECT external_alert_id FROM alerts")}


def test_what_is_in_flight_is_finished_and_streams_end_with_1012(server: LiveServer) -> None:
    url = f"ws://127.0.0.1:{server.port}/ws/incidents"
    with (
        connect(url, additional_headers=bearer(server), open_timeout=30) as stream,
        half_a_request(server, "in flight") as (peer, rest),
    ):
        stream.recv(timeout=30)
        started = time.monotonic()
        os.kill(server.pid, signal.SIGTERM)
        assert close_code(stream) == 1012
        # The stream's end says that it stops; the request that came before is still waited for.
        peer.sendall(rest)
        assert peer.recv(65_536).startswith(b"HTTP/1.1 201 ")
        assert server.terminate() == 0
    assert time.monotonic() - started < PROMISED_SECONDS
    assert stored_names(server) == {"in flight"}


def test_all_that_was_answered_under_load_is_kept(server: LiveServer) -> None:
    answered: list[str] = []

    def send(sender: int) -> None:
        with httpx.Client(headers=bearer(server), timeout=30) as http:
            for number in range(5_000):
                name = f"{sender}-{number}"
                try:
                    answer = http.post(f"{server.url}/api/v1/alerts/single", json=named(name))
                except httpx.TransportError:
                    return
                answer.raise_for_status()
                answered.append(name)
                if len(answered) == 100:
                    os.kill(server.pid, signal.SIGTERM)

    with ThreadPoolExecutor(4) as senders:
        list(senders.map(send, range(4)))
    assert server.terminate() == 0
    assert len(answered) >= 100
    assert set(answered) <= stored_names(server)


def test_a_request_that_never_ends_is_not_waited_for_beyond_what_is_promised(
    server: LiveServer,
) -> None:
    with half_a_request(server, "never"):
        started = time.monotonic()
        assert server.terminate() == 0
    assert time.monotonic() - started < PROMISED_SECONDS
    assert stored_names(server) == set()
