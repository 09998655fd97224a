"""Logging in and opening the console for a profile, at a real terminal."""

import json
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.live_server import LiveServer
from tests.support.tmux import Terminal, needs_tmux, terminal

pytestmark = needs_tmux

IR_CONSOLE = Path(sys.executable).with_name("ir-console")


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    """A terminal whose settings and logins are its own."""
    monkeypatch.setenv("IR_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("IR_CREDENTIALS_FILE", str(tmp_path / "credentials.json"))
    with terminal(tmp_path) as opened:
        yield opened


def send_alert(server: LiveServer, title: str) -> None:
    alert = {"external_alert_id": title, "title": title, "severity": "high", "source": "edr"}
    request = urllib.request.Request(
        f"{server.url}/api/v1/alerts/single",
        data=json.dumps(alert).encode(),
        headers={
            "Authorization": f"Bearer {server.ingest_token}",
            "Content-Type": "application/json",
        },
    )
    urllib.request.urlopen(request, timeout=30).close()


def test_a_login_asks_without_echo_and_opens_the_console(
    shell: Terminal, live_server: LiveServer
) -> None:
    shell.run(f"{IR_CONSOLE} login --url {live_server.url}")
    shell.wait_for("User name")
    shell.run("admin")
    shell.wait_for("Password of admin")
    shell.run(live_server.admin_password)
    screen = shell.wait_for("Logged in to")
    assert live_server.admin_password not in screen

    shell.run(f"clear; {IR_CONSOLE}; echo ended with $?")
    shell.wait_for("Live")
    send_alert(live_server, "Beacon from ws-7")
    shell.wait_for("Beacon from ws-7")
    shell.press("q")
    shell.wait_for_line("ended with 0")
    shell.wait_until_nothing_runs()


def test_a_wrong_password_opens_nothing(shell: Terminal, live_server: LiveServer) -> None:
    shell.run(f"{IR_CONSOLE} --url {live_server.url}; echo ended with $?")
    shell.wait_for("User name")
    shell.run("admin")
    shell.wait_for("Password of admin")
    shell.run("not the password")
    screen = shell.wait_for_line("ended with 3")
    assert "not the password" not in screen
    assert shell.mode("alternate_on") == "0"


def test_a_first_run_asks_again_after_a_mistake_and_opens_the_console(
    shell: Terminal, live_server: LiveServer
) -> None:
    shell.run(f"{IR_CONSOLE}; echo ended with $?")
    shell.wait_for("Welcome to IR Console")
    shell.type("admin\tnot the password\r")
    shell.wait_for("Cannot connect")
    shell.press("BTab", "BTab", "C-u")
    shell.type(f"{live_server.url}\r\rnot the password\r")
    screen = shell.wait_for("password is wrong")
    assert "not the password" not in screen
    shell.type(f"{live_server.admin_password}\r")
    shell.wait_for("Live")
    shell.press("q")
    shell.wait_for_line("ended with 0")
    shell.run(f"clear; {IR_CONSOLE} whoami")
    shell.wait_for("admin (admin")
