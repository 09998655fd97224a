"""The server as its owner sees it: a process, a terminal, signals."""

import os
import pty
import re
import select
import signal
import socket
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from server_stub.__main__ import _listen, _require_privacy, main
from server_stub.settings import ServerSettings
from tests.support.live_server import CHEAP_PASSWORDS, LiveServer, running_server
from tests.support.server import an_alert_body


def client(server: LiveServer) -> httpx.Client:
    token = {"Authorization": f"Bearer {server.ingest_token}"}
    return httpx.Client(base_url=f"{server.url}/api/v1", headers=token, timeout=30)


def ingest(http: httpx.Client, *names: str) -> list[int]:
    body = {"source_system": "edr", "alerts": [an_alert_body(external_alert_id=n) for n in names]}
    answer = http.post("/alerts/ingest", json=body)
    answer.raise_for_status()
    created: list[int] = answer.json()["created_alert_ids"]
    return created


def listed(http: httpx.Client) -> set[str]:
    answer = http.get("/alerts/", params={"size": 500})
    return {alert["external_alert_id"] for alert in answer.raise_for_status().json()["alerts"]}


def test_what_was_answered_survives_a_kill_and_the_address_stays(live_server: LiveServer) -> None:
    url = live_server.url
    with client(live_server) as http:
        ingest(http, "before")
    live_server.kill()
    live_server.restart()
    assert live_server.url == url
    with client(live_server) as http:
        assert listed(http) == {"before"}
        assert ingest(http, "after") == [2]


def test_every_alert_that_was_answered_in_a_burst_is_there_after_a_kill(
    live_server: LiveServer,
) -> None:
    answered: list[str] = []

    def send(sender: int) -> None:
        with client(live_server) as http:
            for number in range(500):
                names = [f"{sender}-{number}-{part}" for part in range(5)]
                try:
                    ingest(http, *names)
                except httpx.TransportError:
                    return
                answered.extend(names)
                if len(answered) > 100:
                    os.kill(live_server.pid, signal.SIGKILL)

    with ThreadPoolExecutor(4) as senders:
        list(senders.map(send, range(4)))
    assert len(answered) > 100
    live_server.kill()
    live_server.restart()
    with client(live_server) as http:
        missing = set(answered) - listed(http)
    with sqlite3.connect(live_server.database) as database:
        (check,) = database.execute("PRAGMA integrity_check").fetchone()
        halves = database.execute(
            "SELECT count(*) FROM alerts WHERE id NOT IN (SELECT alert_id FROM alert_timeline)"
            " OR id NOT IN (SELECT alert_id FROM events)"
        ).fetchone()
    database.close()
    assert (missing, check, halves) == (set(), "ok", (0,))


@pytest.mark.parametrize(
    "end", [LiveServer.terminate, pytest.param(LiveServer.stop, marks=pytest.mark.prove)]
)
def test_it_ends_cleanly_when_it_is_told_to(live_server: LiveServer, end: object) -> None:
    with client(live_server) as http:
        ingest(http, "one")
        assert callable(end)
        assert end(live_server) == 0
    assert "Traceback" not in live_server.log
    # The last to close a database takes its log back into it.
    assert not live_server.database.with_name("server.db-wal").exists()


def test_what_it_logs_holds_no_token_at_any_level(tmp_path: Path) -> None:
    noisy = {"IR_SERVER_LOG_LEVEL": "DEBUG", "IR_SERVER_ACCESS_LOG": "1"}
    secret = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJzZWNyZXQifQ.c2VjcmV0"
    with running_server(tmp_path, noisy) as server:
        with client(server) as http:
            ingest(http, "one")
            http.get("/alerts", params={"token": secret})
            http.post("/auth/login", json={"username": "admin", "password": server.admin_password})
        handshake(server.port, f"/ws/incidents?token={secret}")
        server.stop()
    assert "/ws/incidents" in server.log
    assert "/api/v1/alerts/ingest" in server.log
    for token in (secret, server.ingest_token, server.admin_password):
        assert token not in server.log


@pytest.mark.prove
def test_a_log_that_nobody_reads_holds_up_no_request_and_no_end(
    tmp_path: Path, bare_environment: dict[str, str]
) -> None:
    arguments = ("--port", "0", "--database", f"sqlite:///{tmp_path}/a.db")
    # A pipe takes 64 KiB before who writes to it has to wait.
    long_id = {"X-Request-ID": "x" * 64}
    with subprocess.Popen(
        [sys.executable, "-m", "server_stub", *arguments],
        stderr=subprocess.PIPE,
        text=True,
        env=bare_environment | {"IR_SERVER_ACCESS_LOG": "1"},
    ) as process:
        try:
            assert process.stderr is not None
            url = process.stderr.readline().rpartition(" ")[2].strip()
            with httpx.Client(base_url=url, headers=long_id, timeout=60) as http:
                for _ in range(600):
                    http.get("/healthz").raise_for_status()
            process.terminate()
            assert process.wait(60) == 0
        finally:
            process.kill()


def handshake(port: int, path: str) -> None:
    """Open a stream as a client would, and leave."""
    lines = (
        f"GET {path} HTTP/1.1",
        "Host: server",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    )
    with socket.create_connection(("127.0.0.1", port), timeout=10) as peer:
        peer.sendall("\r\n".join((*lines, "", "")).encode())
        assert peer.recv(100).startswith(b"HTTP/1.1 101")


@pytest.fixture
def bare_environment() -> dict[str, str]:
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("IR_") and name not in {"DATABASE_URL", "SECRET_KEY"}
    }
    return inherited | CHEAP_PASSWORDS


@pytest.fixture
def quiet_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a server sets for its whole process is left as it is: this one is that of all tests."""
    monkeypatch.setattr("logging.config.dictConfig", lambda _: None)
    monkeypatch.setattr("sys.setswitchinterval", lambda _: None)
    monkeypatch.setattr("signal.signal", lambda *_: None)


def run(*arguments: str, environment: dict[str, str], stdin: str = "") -> tuple[int, str]:
    """Start a server whose owner leaves at once; its exit code and what it said."""
    ended = subprocess.run(
        [sys.executable, "-m", "server_stub", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        env=environment,
        timeout=60,
        check=False,
    )
    assert ended.stdout == ""
    return ended.returncode, ended.stderr


def run_on_a_terminal(*arguments: str, environment: dict[str, str]) -> str:
    """Start a server on a terminal, its owner leaving at once; what it said there."""
    ours, theirs = pty.openpty()
    try:
        command = [sys.executable, "-m", "server_stub", *arguments]
        subprocess.run(command, input=b"", stderr=theirs, env=environment, timeout=60, check=True)
        return os.read(ours, 65_536).decode()
    finally:
        os.close(ours)
        os.close(theirs)


def test_a_first_start_shows_what_it_made_up_once_after_where_it_listens(
    tmp_path: Path, bare_environment: dict[str, str]
) -> None:
    arguments = ("--port", "0", "--database", f"sqlite:///{tmp_path}/a.db", "--until-stdin-closes")
    first = run_on_a_terminal(*arguments, environment=bare_environment)
    listening, user, token, *_ = first.splitlines()
    assert re.fullmatch(r"listening on http://127\.0\.0\.1:\d+", listening)
    assert re.fullmatch(r"user admin, password \S{12,}", user)
    assert re.fullmatch(r"endpoint token bootstrap: ire_\S+", token)
    second = run_on_a_terminal(*arguments, environment=bare_environment)
    assert len(second.splitlines()) == 1


def test_a_first_start_off_a_terminal_keeps_what_it_made_up_out_of_the_log(
    tmp_path: Path, bare_environment: dict[str, str]
) -> None:
    arguments = ("--port", "0", "--database", f"sqlite:///{tmp_path}/a.db", "--until-stdin-closes")
    code, said = run(*arguments, environment=bare_environment)
    assert code == 0
    kept = tmp_path / "a.db.first-start"
    user, token = kept.read_text().splitlines()
    assert kept.stat().st_mode & 0o777 == 0o600
    assert str(kept) in said
    for secret in (user.split()[-1], token.split()[-1]):
        assert secret not in said


@pytest.mark.parametrize("content", [b"no database at all" * 1000, b"SQLite format 3\0" * 2000])
@pytest.mark.usefixtures("quiet_process")
def test_a_file_that_is_no_database_is_said_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    path = tmp_path / "a.db"
    path.write_bytes(content)
    assert main(["--port", "0", "--database", f"sqlite:///{path}"]) == 1
    error = capsys.readouterr().err
    assert "damaged or none of ours" in error
    assert "Traceback" not in error
    assert path.read_bytes() == content


@pytest.mark.usefixtures("quiet_process")
def test_a_place_where_no_database_can_be_is_said_in_a_sentence(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--port", "0", "--database", "sqlite:////proc/nowhere/a.db"]) == 1
    error = capsys.readouterr().err
    assert "cannot start" in error
    assert "Traceback" not in error


@pytest.mark.parametrize(
    ("arguments", "setting", "said"),
    [
        (("--database", "postgresql://hunter2/db"), {}, "database_url"),
        (("--port", "99999"), {}, "0 to 65535"),
        (("--host", "no such host"), {}, "cannot start"),
        ((), {"SECRET_KEY": "hunter2"}, "SECRET_KEY"),
        ((), {"IR_SERVER_ADMIN_PASSWORD": "hunter2"}, "admin_password"),
    ],
)
def test_what_keeps_it_from_starting_is_said_in_a_sentence(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    setting: dict[str, str],
    said: str,
) -> None:
    for name, value in setting.items():
        monkeypatch.setenv(name, value)
    default = ("--port", "0", "--database", f"sqlite:///{tmp_path}/a.db")
    assert main([*default, *arguments]) == 1
    error = capsys.readouterr().err
    assert said.lower() in error.lower()
    assert "Traceback" not in error
    assert "hunter2" not in error


@pytest.mark.parametrize(
    ("arguments", "setting", "said"),
    [
        (("--host", "0.0.0.0"), {}, "--without-tls"),
        (("--host", "::"), {}, "--without-tls"),
        ((), {"IR_SERVER_TLS_KEY": __file__}, "IR_SERVER_TLS_CERTIFICATE"),
        (
            ("--host", "0.0.0.0"),
            {"IR_SERVER_TLS_KEY": __file__, "IR_SERVER_TLS_CERTIFICATE": __file__},
            "no certificate",
        ),
        ((), {"IR_SERVER_TLS_KEY": "hunter2.pem"}, "TLS_KEY"),
        ((), {"IR_SERVER_TRUSTED_PROXIES": "*"}, "TRUSTED_PROXIES"),
        ((), {"IR_SERVER_TRUSTED_PROXIES": "::ffff:0:0/96"}, "TRUSTED_PROXIES"),
        ((), {"SECRET_KEY": "hunter2-" * 8}, "SECRET_KEY"),
    ],
)
def test_what_would_be_unsafe_is_refused_before_anything_is_opened(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    setting: dict[str, str],
    said: str,
) -> None:
    for name, value in setting.items():
        monkeypatch.setenv(name, value)
    # Configuring the logs of this process would outlive the test.
    monkeypatch.setattr("logging.config.dictConfig", lambda _: None)
    database = ("--port", "0", "--database", f"sqlite:///{tmp_path}/a.db")
    assert main([*database, *arguments]) == 1
    error = capsys.readouterr().err
    assert "cannot start" in error
    assert said in error
    assert "hunter2" not in error
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("host", "settings"),
    [
        ("127.0.0.1", {}),
        ("::1", {}),
        ("0.0.0.0", {"without_tls": True}),
        ("0.0.0.0", {"tls_certificate": __file__, "tls_key": __file__}),
    ],
)
def test_what_is_private_or_said_not_to_be_is_let_through(
    host: str, settings: dict[str, Any]
) -> None:
    with _listen(host, 0) as listener:
        _require_privacy(ServerSettings(**settings), listener)


def test_a_port_that_is_taken_is_said_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with _listen("127.0.0.1", 0) as taken:
        port = str(taken.getsockname()[1])
        assert main(["--port", port, "--database", f"sqlite:///{tmp_path}/b.db"]) == 1
    assert "in use" in capsys.readouterr().err


def test_it_outlives_no_parent_that_is_killed(
    tmp_path: Path, bare_environment: dict[str, str]
) -> None:
    parent_of = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stderr=subprocess.PIPE)\n"
        "print(child.pid, child.stderr.readline().decode(), flush=True)\n"
        "time.sleep(60)\n"
    )
    server = (sys.executable, "-m", "server_stub", "--port", "0", "--until-stdin-closes")
    database = ("--database", f"sqlite:///{tmp_path}/a.db")
    with subprocess.Popen(
        [sys.executable, "-c", parent_of, *server, *database],
        stdout=subprocess.PIPE,
        text=True,
        env=bare_environment,
    ) as parent:
        assert parent.stdout is not None
        pid, _, said = parent.stdout.readline().partition(" ")
        port = int(said.strip().rpartition(":")[2])
        parent.send_signal(signal.SIGKILL)
    assert ended_within(60, int(pid))
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port), timeout=5)


def ended_within(seconds: float, pid: int) -> bool:
    """Whether a process that is not our child ends in time."""
    with open(os.pidfd_open(pid), "rb", closefd=True) as process:
        return bool(select.select([process], [], [], seconds)[0])


def test_an_answer_in_two_writes_does_not_wait_for_an_acknowledgement_in_between() -> None:
    with (
        _listen("127.0.0.1", 0) as listener,
        socket.create_connection(listener.getsockname()),
    ):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
