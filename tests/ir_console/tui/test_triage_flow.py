"""Take, change, comment, close: each with its result or its error, nothing overwritten."""

import asyncio
from pathlib import Path

import pytest

from ir_client.errors import ConnectError, ServerError, ValidationFailed
from tests.support.builders import an_alert
from tests.support.console import a_console, at_sizes
from tests.support.memory_server import MemoryServer

SIZE = (120, 40)


def a_server(alerts: int = 3) -> MemoryServer:
    server = MemoryServer()
    for number in range(1, alerts + 1):
        server.hold(an_alert(id=number, title=f"Alert {number}"))
    return server


@pytest.mark.parametrize("size", at_sizes((80, 24), (120, 40)))
async def test_taking_makes_it_mine_and_says_so(size: tuple[int, int]) -> None:
    server = a_server()
    async with a_console(server, size=size) as console:
        await console.sees("Alert 3")
        await console.press("j", "a")
        await console.sees("✓ #2 is yours", "dana")
        assert server.stored[2].assigned_analyst_id == 7
        await console.press("a")
        await console.sees("#2 is yours already.")


async def test_action_is_about_the_alert_at_key_press() -> None:
    server = a_server()
    server.gate = asyncio.Event()
    async with a_console(server, size=SIZE) as console:
        await console.sees("Alert 3")
        await console.press("a", "j")
        for number in range(4, 9):
            server.publish(an_alert(id=number))
        await console.sees("…")
        server.gate.set()
        await console.sees("✓ #3 is yours")
        assert [a.id for a in server.stored.values() if a.assigned_analyst_id] == [3]


async def test_status_is_chosen_from_a_list() -> None:
    server = a_server()
    async with a_console(server, size=SIZE) as console:
        await console.sees("Alert 3")
        await console.press("s")
        await console.sees("Status of #3", "New  (now)")
        await console.press("j", "j", "enter")
        await console.sees("✓ #3: status → Investigating")
        ((alert_id, update, revision),) = server.alerts.updates
        assert (alert_id, update.status, revision) == (3, "investigating", 1)


async def test_escape_leaves_the_status() -> None:
    server = a_server()
    async with a_console(server, size=SIZE) as console:
        await console.sees("Alert 3")
        await console.press("s", "j", "escape")
        await console.no_longer_sees("Status of #3")
        assert server.alerts.updates == []


async def test_conflict_shows_who_was_faster_and_overwrites_nothing() -> None:
    server = a_server()
    async with a_console(server, size=SIZE) as console:
        await console.sees("Alert 3")
        await console.press("s")
        await console.sees("Status of #3")
        server.change(3, by="priya", status="escalated")
        await console.press("2")
        await console.sees("#3 was changed meanwhile", "priya: status New → Escalated")
        await console.press("enter")
        await console.no_longer_sees("changed meanwhile")
        assert server.stored[3].status == "escalated"


async def test_own_change_can_be_applied_after_all() -> None:
    server = a_server()
    async with a_console(server, size=SIZE) as console:
        await console.sees("Alert 3")
        await console.press("s")
        await console.sees("Status of #3")
        server.change(3, by="priya", status="escalated")
        await console.press("2")
        await console.sees("changed meanwhile")
        await console.press("tab", "enter")
        await console.sees("✓ #3: status → Triaged")
        assert server.stored[3].status == "triaged"


async def test_comment_is_sent_and_appears_in_the_timeline() -> None:
    server = a_server()
    async with a_console(server, size=(160, 50)) as console:
        await console.sees("Alert 3")
        await console.press("c")
        await console.type("called the owner")
        await console.press("ctrl+j")
        await console.type("quiet now")
        await console.press("enter")
        await console.sees("✓ Comment added to #3", "│ called the owner", "│ quiet now")


async def test_comment_that_was_not_sent_is_not_lost() -> None:
    server = a_server()
    server.call_fails = ConnectError("Nobody listens")
    async with a_console(server, size=SIZE) as console:
        await console.sees("Alert 3")
        await console.press("c")
        await console.type("precious words")
        await console.press("enter")
        await console.sees("✗ The comment on #3 was not sent: Nobody listens")
        await console.press("c")
        await console.sees("precious words")
        await console.press("enter")
        await console.sees("✓ Comment added")


async def test_empty_comment_is_refused_in_place() -> None:
    async with a_console(a_server(), size=SIZE) as console:
        await console.sees("Alert 3")
        await console.press("c", "enter")
        await console.sees("Write something first")


async def test_closing_asks_for_disposition_and_reason() -> None:
    server = a_server()
    async with a_console(server, size=SIZE) as console:
        await console.sees("Alert 3")
        await console.press("x")
        await console.sees("Close #3", "False positive")
        await console.press("3")
        await console.type("test rule")
        await console.press("enter")
        await console.sees("✓ #3: status → False positive")
        closed = server.stored[3]
        assert (closed.disposition, closed.disposition_reason) == ("false_positive", "test rule")


async def test_plain_server_without_dispositions_still_closes() -> None:
    server = a_server()
    server.call_fails = ValidationFailed("disposition: unknown field", status=422)
    async with a_console(server, size=SIZE) as console:
        await console.sees("Alert 3")
        await console.press("x", "2", "enter")
        await console.until(lambda: server.stored[3].status == "closed")


async def test_failed_action_says_why_and_what_to_do() -> None:
    server = a_server()
    server.call_fails = ServerError("The server failed", status=500)
    async with a_console(server, size=SIZE) as console:
        await console.sees("Alert 3")
        await console.press("a")
        await console.sees("✗ #3 could not be taken: The server", "try again later")
        assert console.app.state.pending == {}


async def test_fault_in_a_worker_does_not_end_the_console(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    server = a_server()
    monkeypatch.setattr("ir_console.tui.crash.user_log_path", lambda _: tmp_path)

    async def fault(alert_id: int, notes: str | None = None) -> None:
        raise RuntimeError("a fault")

    monkeypatch.setattr(server.alerts, "take", fault)
    async with a_console(server, size=SIZE) as console:
        await console.sees("Alert 3")
        await console.press("a")
        await console.sees("✗ #3 could not be taken")
        await console.press("j")
        assert console.cursor == 2
    assert "RuntimeError" in (tmp_path / "console-crash.txt").read_text(encoding="utf-8")


async def test_read_only_console_changes_nothing() -> None:
    server = a_server()
    async with a_console(server, size=SIZE, read_only=True) as console:
        await console.sees("Alert 3", "READ-ONLY")
        for key in "ascx":
            await console.press(key)
            await console.sees("This console is read-only")
        assert server.alerts.updates == []


@pytest.mark.parametrize("size", at_sizes((80, 24), (60, 15), (120, 40), (160, 50)))
async def test_failure_can_be_read_to_its_end_beside_the_keys(size: tuple[int, int]) -> None:
    server = a_server(20)
    server.call_fails = ConnectError(
        "Cannot connect to http://127.0.0.1:8000: all connection attempts failed"
    )
    async with a_console(server, size=size) as console:
        await console.sees("Alert 20")
        await console.press("c")
        await console.type("seen")
        await console.press("enter")
        await console.sees("✗ The comment on #20", "attempts", "right.", "? help  q quit")
        assert console.cursor == 20
        await console.sees("❯")
        await console.press("D")
        await console.no_longer_sees("right.")


async def test_news_shares_the_line_of_the_keys_on_a_small_terminal() -> None:
    server = a_server(3)
    async with a_console(server, size=(80, 24)) as console:
        await console.sees("Alert 3")
        server.publish(an_alert(id=4, severity="critical", title="Ransom note " + "x" * 80))
        await console.sees("◆ Critical  ", "? help  q quit")
