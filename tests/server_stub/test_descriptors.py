"""A server and its file descriptors: it asks for enough, and gets over having none left."""

import os
import resource
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from server_stub.descriptors import make_room_for
from tests.support.live_server import LiveServer, running_server
from tests.support.server import an_alert_body

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits of another process")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LiveServer]:
    with running_server(tmp_path) as server:
        yield server


def limit_of(process: int) -> tuple[int, int]:
    return resource.prlimit(process, resource.RLIMIT_NOFILE)


@contextmanager
def nothing_left(server: LiveServer) -> Iterator[None]:
    """Take all descriptors but thirty, and more connections than these are enough for."""
    before = limit_of(server.pid)
    opened = len(os.listdir(f"/proc/{server.pid}/fd"))
    resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (opened + 30, before[1]))
    with ExitStack() as idle:
        for _ in range(50):
            idle.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=30))
        yield


@pytest.mark.prove
def test_without_descriptors_those_who_are_connected_are_served_and_later_the_others(
    server: LiveServer,
) -> None:
    token = {"Authorization": f"Bearer {server.ingest_token}"}
    with httpx.Client(base_url=server.url, headers=token, timeout=30) as http:
        assert http.get("/readyz").status_code == 200
        with nothing_left(server):
            for number in range(50):
                body = an_alert_body(external_alert_id=str(number), source="edr")
                assert http.post("/api/v1/alerts/single", json=body).status_code == 201
        assert httpx.get(f"{server.url}/healthz", timeout=30).status_code == 200
    server.stop()
    # Once a second, not as often as the loop turns.
    assert 0 < server.log.count("out of system resource") < 30


def test_a_server_asks_for_as_many_descriptors_as_its_settings_need(tmp_path: Path) -> None:
    few = "import os, resource, sys; resource.setrlimit(resource.RLIMIT_NOFILE, (200, 5000)); "
    start = "os.execv(sys.executable, [sys.executable, '-m', 'server_stub', *sys.argv[1:]])"
    arguments = ("--port", "0", "--database", f"sqlite:///{tmp_path}/a.db", "--until-stdin-closes")
    settings = {"IR_SERVER_HTTP_CONNECTIONS": "1000", "IR_SERVER_STREAM_CONNECTIONS": "500"}
    with subprocess.Popen(
        [sys.executable, "-c", few + start, *arguments],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | settings,
    ) as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("listening on ")
        assert limit_of(process.pid) == (1_564, 5_000)


def test_what_a_limit_leaves_room_for_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    limit = [100, 500]
    monkeypatch.setattr(resource, "getrlimit", lambda _: tuple(limit))
    monkeypatch.setattr(resource, "setrlimit", lambda _, new: limit.__setitem__(0, new[0]))
    assert (make_room_for(30), limit) == (30, [100, 500])
    assert (make_room_for(200), limit) == (200, [264, 500])
    assert (make_room_for(2_000), limit) == (436, [500, 500])
    limit[:] = [resource.RLIM_INFINITY, resource.RLIM_INFINITY]
    assert make_room_for(2_000) == 2_000
