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


async def test_marked_alerts_are_one_action_that_is_sent_and_undone_whole() -> None:
    server = a_server()
    async with a_console(server) as console:
        await go_offline(console, server)
        await console.press("*", "s")
        await console.sees("Status of 4 alerts")
        await console.press("2")
        await console.sees("↑ Queued: 4 alerts: status → Triaged", "↑ 1 queued (4 alerts)")
        await console.press("*", "a", "1")
        await console.sees("↑ Queued: 4 alerts: assigned to you", "↑ 2 queued (8 alerts)")
        assert sum(line.startswith("↑") for line in console.text.splitlines()) == 4
        await console.press("W")
        await console.sees("↑ 4 alerts: status → Triaged", "↑ 4 alerts: assigned to you")
        await console.press("enter")
        await console.sees("status → Triaged · 0 of 4 done", "↑ #4", "waits to be sent")
        await console.press("escape")
        server.come_back()
        await console.sees("✓ 2 queued actions sent")
        assert statuses(server) == ["triaged"] * 4
        assert {one.assigned_analyst_id for one in server.stored.values()} == {7}
        await console.press("z")
        await console.until(lambda: server.stored[1].assigned_analyst_id is None)
        await console.until(lambda: not console.app.state.pending)
        await console.press("z")
        await console.until(lambda: statuses(server) == ["new"] * 4)


async def test_what_the_filter_finds_here_is_queued_and_said_to_be_that() -> None:
    server = a_server()
    async with a_console(server, size=(80, 24)) as console:
        await go_offline(console, server)
        server.hold(an_alert(id=9, title="Alert 009", received_at=a_row(9).received, revision=1))
        await console.press("slash", *"alert", "enter", "B")
        await console.sees("4 alerts loaded here", "The server cannot be asked: exactly those")
        await console.press("2", "2")
        await console.sees("↑ Queued: 4 alerts: status → Triaged")
        server.is_up = False
        server.change(3, by="priya", status="escalated")
        server.forbidden.add(2)
        server.come_back()
        await console.sees("✗ 1 queued action refused", "1 queued (4 alerts), 1 refused")
        assert statuses(server) == ["new", "triaged", "escalated", "new", "triaged"]
        await console.press("W")
        await console.sees("✗ 4 alerts: status → Triaged", "1 changed by someone else meanwhile")
        await console.press("enter")
        await console.sees("2 of 4 done", "✗ #3", "✗ #2", "not yours to change", "✓ #1")
        server.forbidden.clear()
        await console.press("escape", "W", "S")
        await console.until(lambda: server.stored[2].status == "triaged")
        await console.press("enter")
        await console.sees("3 of 4 done")
        await console.press("enter")
        await console.sees("you saw", "you want", "is now", "priya: status New → Esc")
        await console.press("tab", "enter")
        await console.until(lambda: server.stored[3].status == "triaged")
        await console.until(lambda: not len(console.app.state.queue))


async def test_line_that_breaks_between_two_requests_keeps_the_rest_of_many() -> None:
    server = a_server()
    async with a_console(server) as console:
        await go_offline(console, server)
        await console.press("*", "s", "2")
        await console.sees("↑ 1 queued (4 alerts)")
        server.call_fails = ConnectError("Nobody listens")
        server.come_back()
        await console.sees("The server cannot be reached", "↑ 1 queued (4 alerts)")
        assert statuses(server) == ["new"] * 4
        await console.press("W", "S")
        await console.sees("✓ 1 queued action sent", "Nothing waits to be sent")
        assert statuses(server) == ["triaged"] * 4


async def test_incident_is_made_on_return_of_the_alerts_that_are_as_they_were() -> None:
    server = a_server()
    async with a_console(server) as console:
        await go_offline(console, server)
        await console.press("space", "space", "space", "I")
        await console.sees("Escalate 3 alerts", "it waits, and is done on return")
        await console.press("1", "enter")
        await console.sees("↑ Queued: 3 alerts: in a new incident “", "↑ 1 queued (3 alerts)")
        await console.press("G", "k", "I")
        await console.sees("There is no alert to escalate", "still busy with your last change")
        server.is_up = False
        server.change(3, by="priya", status="escalated")
        server.come_back()
        await console.sees("✗ 1 queued action refused")
        assert [one.incident_id is not None for one in server.stored.values()] == [
            False,
            True,
            False,
            True,
        ]
        (incident,) = server.incidents.stored.values()
        await console.press("W")
        await console.sees(f"✗ 3 alerts: in {incident.incident_id}", "1 changed by someone else")
        await console.press("x")
        await console.sees("✓ Off the list: 3 alerts: in INC")
        await console.press("escape", "z")
        await console.until(
            lambda: server.incidents.stored[incident.incident_id].status == "closed"
        )
        assert not any(one.incident_id for one in server.stored.values())


async def test_incident_that_nothing_joined_is_closed_again() -> None:
    server = a_server()
    async with a_console(server) as console:
        await go_offline(console, server)
        await console.press("I", "1", "enter")
        await console.sees("↑ 1 queued (1 alert)")
        server.is_up = False
        server.change(4, by="priya", status="escalated")
        server.come_back()
        await console.sees("✗ 1 queued action refused")
        assert [one.status for one in server.incidents.stored.values()] == ["closed"]
        assert server.stored[4].incident_id is None


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
