"""Every state of the connection has its look, and none ends the console."""

from pathlib import Path

import pytest

from ir_client.errors import AuthRejected, ServerError
from tests.support.builders import an_alert
from tests.support.console import a_console
from tests.support.memory_server import MemoryServer


async def test_server_that_is_down_from_the_start() -> None:
    server = MemoryServer()
    server.is_up = False
    async with a_console(server) as console:
        await console.sees("Cannot reach test", "connection refused", "R retry now")
        server.is_up = True
        await console.press("R")
        await console.sees("No alerts. All quiet.")


async def test_broken_line_shows_age_countdown_and_the_way_back() -> None:
    server = MemoryServer()
    server.hold(an_alert())
    async with a_console(server) as console:
        await console.sees("Suspicious PowerShell")
        server.go_down()
        await console.sees("Reconnecting in", "data", "R retry now", "connection refused")
        assert "Suspicious PowerShell" in console.text
        server.come_back(missed=[an_alert(id=n, severity="critical") for n in range(2, 19)])
        await console.sees("caught up after 17 missed", "While away: 17 new alerts")


async def test_large_backlog_is_summed_up_once_it_is_all_here() -> None:
    server = MemoryServer()
    async with a_console(server, size=(160, 50)) as console:
        await console.sees("● Live")
        server.go_down()
        await console.sees("Cannot reach")
        server.come_back(missed=[an_alert(id=n) for n in range(1, 2001)])
        await console.sees("caught up after 2,000 missed", "While away: 2,000 new alerts")


async def test_refused_login_says_what_to_do() -> None:
    server = MemoryServer()
    server.refuses = AuthRejected("The server refused the token")
    async with a_console(server, size=(80, 24)) as console:
        await console.sees("Not authorised", "The server refused the token", "Log in again")


async def test_alerts_that_cannot_be_loaded_are_not_silently_missing() -> None:
    server = MemoryServer()
    server.list_fails = ServerError("The server failed", status=500)
    async with a_console(server) as console:
        await console.sees("The alerts could not be loaded", "The server failed")
        server.publish(an_alert(id=2, title="Live goes on"))
        await console.sees("Live goes on", "R load again")


async def test_snapshot_of_thousands_arrives_whole() -> None:
    server = MemoryServer()
    for number in range(1, 3001):
        server.hold(an_alert(id=number))
    async with a_console(server) as console:
        await console.until(lambda: len(console.app.state.view) == 3000)
        await console.sees("High 3.0k")


async def test_worker_that_fails_is_said_and_ends_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("ir_console.tui.crash.user_log_path", lambda _: tmp_path)
    server = MemoryServer()
    server.hold(an_alert())
    async with a_console(server, size=(160, 50)) as console:
        await console.sees("Suspicious PowerShell")

        async def fail() -> None:
            secret = "-".join(("token", "abc"))
            raise RuntimeError(secret)

        console.app.run_worker(fail(), exit_on_error=False)
        await console.sees("Something in the console failed")
        await console.press("j")
        assert "token-abc" not in (tmp_path / "console-crash.txt").read_text(encoding="utf-8")
