"""Without a connection: it can be read, what is done waits, is sent in order, and never lost."""

import pytest

from ir_client.errors import ConnectError, ServerError
from tests.support.builders import an_alert
from tests.support.console import Console, a_console, at_sizes
from tests.support.memory_server import MemoryServer
from tests.support.rows import a_row

SIZES = at_sizes((80, 24), (60, 15), (160, 50))


def a_server(alerts: int = 4) -> MemoryServer:
    server = MemoryServer()
    for number in range(1, alerts + 1):
        received = a_row(number).received
        title = f"Alert {number:03}"
        server.hold(an_alert(id=number, title=title, received_at=received, revision=1))
    return server


async def go_offline(console: Console, server: MemoryServer) -> None:
    await console.sees("Alert 004")
    server.go_down()
    await console.sees("Reconnecting")


def statuses(server: MemoryServer) -> list[str]:
    return [alert.status for _, alert in sorted(server.stored.items(), reverse=True)]


@pytest.mark.parametrize("size", SIZES)
async def test_actions_wait_and_are_sent_in_order_on_return(size: tuple[int, int]) -> None:
    server = a_server()
    async with a_console(server, size=size) as console:
        await go_offline(console, server)
        await console.press("s", "2")
        await console.sees("↑ Queued: #4 status → Triaged", "↑ 1 queued")
        await console.press("s", "3", "j", "x", "2", "enter", "j", "c")
        await console.type("scanner")
        await console.press("enter")
        await console.sees("↑ 4 queued")
        await console.press("j")
        assert sum(line.startswith("↑") for line in console.text.splitlines()) == 3
        assert server.alerts.updates == []
        await console.press("W")
        await console.sees("Not sent", "#4 status → Triaged", "#2 comment “scanner”", "Esc back")
        await console.press("escape")
        server.come_back()
        await console.sees("✓ 4 queued actions sent")
        sent = [(one, update.status) for one, update, _ in server.alerts.updates]
        assert sent == [(4, "triaged"), (4, "investigating"), (3, "closed")]
        assert server.timelines[2][-1].comment == "scanner"
        assert "queued" not in console.text.replace("queued actions sent", "")


async def test_what_someone_else_changed_is_refused_and_decided_about() -> None:
    server = a_server()
    async with a_console(server) as console:
        await go_offline(console, server)
        await console.press("s", "2", "j", "s", "2")
        await console.sees("↑ 2 queued")
        server.is_up = False
        server.change(4, by="priya", status="escalated")
        server.come_back()
        await console.sees("✗ 1 queued action refused", "1 queued, 1 refused")
        assert statuses(server) == ["escalated", "triaged", "new", "new"]
        await console.press("W")
        await console.sees("changed meanwhile:", "priya")
        await console.press("enter")
        await console.sees("you saw", "is now", "Escalated")
        await console.press("tab", "enter")
        await console.sees("Nothing waits to be sent")
        await console.until(lambda: statuses(server)[0] == "triaged")


async def test_action_is_dropped_from_the_list_or_by_undo() -> None:
    server = a_server()
    async with a_console(server) as console:
        await go_offline(console, server)
        await console.press("s", "2", "j", "s", "3")
        await console.sees("↑ 2 queued")
        await console.press("z")
        await console.sees("dropped: #3 status → Investigating", "↑ 1 queued")
        await console.press("W", "x")
        await console.sees("Nothing waits to be sent", "dropped: #4")
        await console.press("escape")
        await console.press("z")
        await console.sees("Undo needs the server")
        server.come_back()
        await console.sees("Live again")
        assert server.alerts.updates == []


async def test_marked_alerts_are_queued_each_and_taken_only_with_the_server() -> None:
    server = a_server()
    async with a_console(server) as console:
        await go_offline(console, server)
        await console.press("*", "s")
        await console.sees("Status of 4 alerts")
        await console.press("2")
        await console.sees("↑ Queued for 4 alerts: status → Triaged", "↑ 4 queued")
        for key in ("*", "a"):
            await console.press(key)
        await console.sees("Taking many needs the server")
        await console.press("B")
        await console.sees("All that a filter finds needs the server")
        await console.press("I")
        await console.sees("An incident needs the server")
        server.come_back()
        await console.sees("✓ 4 queued actions sent")
        assert statuses(server) == ["triaged"] * 4


async def test_connection_that_breaks_again_keeps_what_is_not_sent() -> None:
    server = a_server()
    async with a_console(server) as console:
        await go_offline(console, server)
        await console.press("s", "2", "j", "s", "2")
        await console.sees("↑ 2 queued")
        server.call_fails = ConnectError("Nobody listens")
        server.come_back()
        await console.sees("The server cannot be reached", "↑ 2 queued")
        server.go_down()
        await console.sees("Reconnecting")
        server.come_back()
        await console.sees("✓ 2 queued actions sent")
        assert statuses(server) == ["triaged", "triaged", "new", "new"]


async def test_what_the_server_refuses_stays_listed_and_can_be_sent_again() -> None:
    server = a_server()
    async with a_console(server) as console:
        await go_offline(console, server)
        await console.press("s", "2")
        await console.sees("↑ 1 queued")
        server.call_fails = ServerError("The server failed", status=500)
        server.come_back()
        await console.sees("✗ 1 queued action refused")
        await console.press("W")
        await console.sees("✗ #4 status → Triaged", "The server failed")
        await console.press("S")
        await console.sees("✓ 1 queued action sent", "Nothing waits to be sent")


@pytest.mark.parametrize("size", SIZES)
async def test_quitting_asks_before_the_queue_is_lost(size: tuple[int, int]) -> None:
    server = a_server()
    async with a_console(server, size=size) as console:
        await go_offline(console, server)
        await console.press("s", "2")
        await console.sees("↑ 1 queued")
        assert console.app.unsent == "1 action not sent: #4 status → Triaged"
        await console.press("q")
        await console.sees("1 action not sent", "Quit, and lose 1 action")
        await console.press("enter")
        await console.no_longer_sees("Quit, and lose")
        assert console.app.is_running
        await console.press("ctrl+c")
        await console.sees("Quit, and lose 1 action")
        await console.press("2")
        await console.until(lambda: not console.app.is_running)


async def test_read_only_console_queues_nothing() -> None:
    server = a_server()
    async with a_console(server, read_only=True) as console:
        await go_offline(console, server)
        for key in "ascxzIB":
            await console.press(key)
            await console.sees("This console is read-only")
        assert not len(console.app.state.queue)


async def test_undo_after_return_takes_back_what_was_queued() -> None:
    server = a_server()
    async with a_console(server) as console:
        await go_offline(console, server)
        await console.press("s", "2", "s", "3")
        await console.sees("↑ 2 queued")
        server.come_back()
        await console.sees("✓ 2 queued actions sent")
        await console.press("z")
        await console.sees("✓ Undone: #4 status → Investigating")
        await console.press("z")
        await console.sees("✓ Undone: #4 status → Triaged")
        assert statuses(server)[0] == "new"
