"""Undo and repeat, as a person does it."""

from ir_client.errors import ServerError
from tests.support.builders import an_alert
from tests.support.console import a_console
from tests.support.memory_server import MemoryServer
from tests.support.rows import a_row


def a_server(alerts: int = 4) -> MemoryServer:
    server = MemoryServer()
    for number in range(1, alerts + 1):
        received = a_row(number).received
        title = f"Alert {number:03}"
        server.hold(an_alert(id=number, title=title, received_at=received, revision=1))
    return server


def statuses(server: MemoryServer) -> list[str]:
    return [alert.status for _, alert in sorted(server.stored.items(), reverse=True)]


async def test_several_steps_are_taken_back_one_by_one() -> None:
    server = a_server()
    async with a_console(server) as console:
        await console.sees("Alert 004")
        await console.press("z")
        await console.sees("Nothing to undo")
        await console.press("s", "2")
        await console.sees("✓ #4: status → Triaged")
        await console.press("s", "3")
        await console.sees("✓ #4: status → Investigating")
        await console.press("j", "x", "2", "enter")
        await console.sees("✓ #3: status → Closed")
        await console.press("z")
        await console.sees("✓ Undone: #3 closed as benign")
        assert server.stored[3].disposition is None
        await console.press("z")
        await console.sees("✓ Undone: #4 status → Investigating")
        assert statuses(server) == ["triaged", "new", "new", "new"]
        await console.press("z")
        await console.sees("✓ Undone: #4 status → Triaged")
        assert statuses(server) == ["new"] * 4


async def test_what_a_person_changed_since_is_left_and_said() -> None:
    server = a_server()
    async with a_console(server) as console:
        await console.sees("Alert 004")
        await console.press("s", "2")
        await console.sees("✓ #4: status → Triaged")
        server.change(4, by="priya", status="escalated")
        await console.press("z")
        await console.sees("✗ Not undone, it was changed since: #4", "priya: status Triaged → Esc")
        assert statuses(server)[0] == "escalated"
        await console.press("z")
        await console.sees("Nothing to undo")


async def test_taken_alert_is_given_back_and_its_incident_closed() -> None:
    server = a_server()
    async with a_console(server) as console:
        await console.sees("Alert 004")
        await console.press("a")
        await console.sees("✓ #4 is yours · INC-2026-0001")
        await console.press("z")
        await console.sees("✓ Undone: #4 taken", "INC-2026-0001 closed")
        alert = server.stored[4]
        assert (alert.status, alert.assigned_analyst_id, alert.incident_id) == ("new", None, None)
        assert server.incidents.stored["INC-2026-0001"].status == "closed"


async def test_bulk_is_undone_with_the_word_on_each() -> None:
    server = a_server()
    server.change(2, status="triaged")
    async with a_console(server) as console:
        await console.sees("Alert 004")
        await console.press("*", "x")
        await console.sees("Close 4 alerts")
        await console.press("1", "enter")
        await console.sees("✓ 4 alerts: closed as true positive")
        server.change(3, by="priya", status="escalated")
        await console.press("z")
        await console.sees("✗ 3 of 4 alerts", "1 changed by someone else")
        assert statuses(server) == ["new", "escalated", "triaged", "new"]


async def test_undo_that_did_not_get_through_can_be_tried_again() -> None:
    server = a_server()
    async with a_console(server) as console:
        await console.sees("Alert 004")
        await console.press("s", "2")
        await console.sees("✓ #4: status → Triaged")
        server.call_fails = ServerError("The server failed", status=500)
        await console.press("z")
        await console.sees("✗ Not undone: #4 was not changed")
        await console.press("z")
        await console.sees("✓ Undone: #4 status → Triaged")


async def test_comment_is_passed_over_with_words() -> None:
    server = a_server()
    async with a_console(server) as console:
        await console.sees("Alert 004")
        await console.press("s", "2")
        await console.sees("✓ #4: status → Triaged")
        await console.press("c", "h", "i", "enter")
        await console.sees("✓ Comment added to #4")
        await console.press("z")
        await console.sees("Cannot be undone: #4 comment “hi”")
        await console.press("z")
        await console.sees("✓ Undone: #4 status → Triaged")


async def test_last_action_is_repeated_on_the_next_alerts() -> None:
    server = a_server()
    async with a_console(server) as console:
        await console.sees("Alert 004")
        await console.press(".")
        await console.sees("There is nothing to repeat yet")
        await console.press("x", "3")
        await console.type("scanner")
        await console.press("enter")
        await console.sees("✓ #4: status → False positive")
        await console.press(".")
        await console.sees("✓ #3: status → False positive")
        assert console.cursor == 3
        await console.press("j", "j")
        await console.press(".")
        await console.sees("✓ #1: status → False positive")
        assert statuses(server) == ["false_positive", "false_positive", "new", "false_positive"]
        assert server.stored[1].disposition_reason == "scanner"
        await console.press(".")
        await console.sees("There is no next alert")


async def test_comment_is_asked_for_again_with_its_words() -> None:
    server = a_server()
    async with a_console(server) as console:
        await console.sees("Alert 004")
        await console.press("c")
        await console.type("known scanner")
        await console.press("enter")
        await console.sees("✓ Comment added to #4")
        await console.press(".")
        await console.sees("Comment on #3", "known scanner")
        await console.press("escape")
        assert 3 not in server.timelines


async def test_bulk_on_a_server_without_revisions_is_undone_where_nothing_else_was_said() -> None:
    server = a_server()
    for number in server.stored:
        server.hold(server.stored[number].model_copy(update={"revision": None}))
    async with a_console(server) as console:
        await console.sees("Alert 004")
        await console.press("*", "s", "2")
        await console.sees("✓ 4 alerts: status → Triaged")
        server.change(3, by="priya", status="escalated")
        await console.sees("Escalated")
        await console.press("z")
        await console.sees("✗ 3 of 4 alerts")
        assert statuses(server) == ["new", "escalated", "new", "new"]
