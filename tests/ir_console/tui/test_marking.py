"""Marks, and triage of all that is marked, as a person does it."""

import pytest

from ir_client.errors import MissingFeature, ServerError, ValidationFailed
from ir_client.wire.auth import UserRef
from tests.support.builders import an_alert
from tests.support.console import Console, a_console, at_sizes
from tests.support.memory_server import MemoryServer
from tests.support.rows import a_row

SIZES = at_sizes((80, 24), (160, 50))


def a_server(alerts: int = 5) -> MemoryServer:
    server = MemoryServer()
    for number in range(1, alerts + 1):
        received = a_row(number).received
        title = f"Alert {number:03}"
        server.hold(an_alert(id=number, title=title, received_at=received, revision=1))
    return server


def marked_lines(console: Console) -> int:
    return sum("●" in line[:3] for line in console.text.splitlines()[1:])


def statuses(server: MemoryServer) -> list[str]:
    return [alert.status for _, alert in sorted(server.stored.items())]


@pytest.mark.parametrize("size", SIZES)
async def test_marks_are_signs_in_rows_and_counted_with_those_hidden(size: tuple[int, int]) -> None:
    server = a_server()
    async with a_console(server, size=size) as console:
        await console.sees("Alert 005")
        await console.press("space", "space")
        await console.sees("● 2 marked", "act on the marked")
        assert console.cursor == 3
        assert marked_lines(console) == 2
        await console.press("/")
        await console.type("id: (1 or 5)")
        await console.press("enter")
        await console.sees("2 marked, 1 hidden")
        await console.press("!")
        await console.sees("2 marked, 1 hidden")
        await console.press("escape")
        await console.until(lambda: "hidden" not in console.text)
        await console.press("*")
        await console.sees("5 marked")
        await console.press("escape")
        await console.no_longer_sees("marked")
        assert marked_lines(console) == 0


async def test_range_is_from_the_last_mark_to_the_cursor() -> None:
    async with a_console(a_server(9)) as console:
        await console.sees("Alert 009")
        await console.press("space", "j", "j", "V")
        await console.sees("4 marked")
        assert console.app.state.marks.visible == {9, 8, 7, 6}


async def test_marks_stay_over_updates_and_a_reconnect() -> None:
    server = a_server()
    async with a_console(server) as console:
        await console.sees("Alert 005")
        await console.press("space", "space")
        server.change(5, severity="low")
        server.go_down()
        await console.sees("Reconnecting")
        server.come_back(missed=[an_alert(id=6, title="Alert 006")], is_complete=False)
        await console.sees("Alert 006", "2 marked")
        assert console.app.state.marks.visible == {5, 4}


@pytest.mark.parametrize("size", at_sizes((80, 24), (60, 15), (160, 50)))
async def test_status_of_all_marked_is_changed_after_one_dialog(size: tuple[int, int]) -> None:
    server = a_server()
    async with a_console(server, size=size) as console:
        await console.sees("Alert 005")
        await console.press("space", "space", "s")
        await console.sees("Status of 2 alerts", "Triaged", "Esc leaves them")
        await console.press("enter", "enter")
        await console.sees("Status of 2 alerts")
        await console.press("2")
        await console.sees("✓ 2 alerts: status → Triaged")
        assert statuses(server) == ["new", "new", "new", "triaged", "triaged"]
        await console.no_longer_sees("marked")
        assert console.app.state.pending == {}


async def test_hidden_marks_are_left_out_unless_chosen() -> None:
    server = a_server()
    async with a_console(server) as console:
        await console.sees("Alert 005")
        await console.press("*", "/")
        await console.type("id: 5")
        await console.press("enter", "s")
        await console.sees("Status of 1 alert", "[ ] without the 4 that the filter hides")
        await console.press("2")
        await console.sees("✓ 1 alert: status → Triaged", "4 marked, 4 hidden")
        assert statuses(server) == ["new"] * 4 + ["triaged"]
        await console.press("s", "h")
        await console.sees("Status of 4 alerts", "[x] with the 4")
        await console.press("3")
        await console.sees("✓ 4 alerts: status → Investigating")
        assert statuses(server)[:4] == ["investigating"] * 4


@pytest.mark.parametrize("size", SIZES)
async def test_what_failed_stays_marked_and_is_said_by_reason(size: tuple[int, int]) -> None:
    server = a_server()
    server.forbidden = {1}
    async with a_console(server, size=size) as console:
        await console.sees("Alert 005")
        await console.press("*", "x")
        await console.sees("Close 5 alerts", "False positive", "Why? (may stay empty)")
        server.change(4, by="lee", status="escalated")
        await console.press("2")
        await console.type("a test")
        await console.press("enter")
        await console.sees("✗ 3 of 5 alerts", "2 marked")
        assert console.app.state.marks.visible == {1, 4}
        assert statuses(server) == ["new", "closed", "closed", "escalated", "closed"]
        assert server.stored[5].disposition_reason == "a test"


async def test_taking_leaves_out_what_has_an_owner() -> None:
    server = a_server(3)
    lee = UserRef(id=8, username="lee")
    server.change(2, assigned_analyst_id=8, assigned_analyst=lee)
    async with a_console(server) as console:
        await console.sees("Alert 003", "lee")
        await console.press("*", "a")
        await console.sees("Assign 2 alerts to me", "1 left out: with someone else")
        await console.press("1")
        await console.sees("✓ 2 alerts: assigned to you", "1 marked")
        owners = [server.stored[one].assigned_analyst_id for one in (1, 2, 3)]
        assert owners == [7, 8, 7]


async def test_refused_request_leaves_everything_marked() -> None:
    server = a_server()
    async with a_console(server) as console:
        await console.sees("Alert 005")
        await console.press("*", "s")
        await console.sees("Status of 5 alerts")
        server.call_fails = ServerError("The server failed", status=500)
        await console.press("2")
        await console.sees("✗ 0 of 5 alerts", "5 The server failed", "5 marked")
        assert console.app.state.pending == {}


async def test_plain_server_is_asked_without_revisions() -> None:
    server = a_server(2)
    async with a_console(server) as console:
        await console.sees("Alert 002")
        await console.press("*", "x")
        server.call_fails = MissingFeature("no bulk_update here", feature="bulk_update")
        await console.press("1", "enter")
        await console.until(lambda: statuses(server) == ["closed", "closed"])
        assert server.stored[1].disposition is None


async def test_plain_server_that_refuses_dispositions_still_closes() -> None:
    server = MemoryServer()
    server.hold(an_alert(id=1, title="Alert 001", revision=None))
    async with a_console(server) as console:
        await console.sees("Alert 001")
        await console.press("*", "x")
        server.call_fails = ValidationFailed("disposition: unknown field", status=422)
        await console.press("1", "enter")
        await console.until(lambda: statuses(server) == ["closed"])
        assert server.stored[1].disposition is None


async def test_request_that_is_refused_is_not_sent_without_its_revisions() -> None:
    server = a_server(1)
    async with a_console(server) as console:
        await console.sees("Alert 001")
        await console.press("*", "x")
        server.call_fails = ValidationFailed("disposition_reason: too long", status=422)
        await console.press("1", "enter")
        await console.sees("✗ 0 of 1 alert", "too long")
        assert statuses(server) == ["new"]


async def test_escape_in_the_dialog_changes_nothing() -> None:
    server = a_server()
    async with a_console(server) as console:
        await console.sees("Alert 005")
        await console.press("*", "s", "escape", "x", "escape", "a", "escape")
        await console.sees("5 marked")
        assert statuses(server) == ["new"] * 5


async def test_read_only_console_marks_and_changes_nothing() -> None:
    async with a_console(a_server(), read_only=True) as console:
        await console.sees("Alert 005")
        await console.press("*", "s")
        await console.sees("This console is read-only", "5 marked")
