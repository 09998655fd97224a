"""Incidents on the screen: the list, one whole, made of marks, worked on, live."""

import pytest

from ir_client.errors import ConnectError, MissingFeature
from ir_client.wire.commands import WatchIncident
from tests.support.builders import an_alert
from tests.support.console import a_console, at_sizes
from tests.support.memory_server import MemoryServer
from tests.support.rows import a_row

SIZES = at_sizes((80, 24), (60, 15), (160, 50))


def a_server(alerts: int = 4) -> MemoryServer:
    server = MemoryServer()
    for number in range(1, alerts + 1):
        server.hold(
            an_alert(
                id=number,
                title=f"Alert {number:03}",
                rule_name="Beacon",
                received_at=a_row(number).received,
                revision=1,
                severity="critical" if number == 2 else "medium",
            )
        )
    return server


@pytest.mark.parametrize("size", SIZES)
async def test_list_is_live_and_one_is_opened_with_its_alerts(size: tuple[int, int]) -> None:
    server = a_server()
    server.incidents.make("Phishing wave", "critical", alert_ids=(3,))
    async with a_console(server, size=size) as console:
        await console.sees("Alert 004")
        await console.press("i")
        await console.sees("Incidents", "1 incident", "P1", "INC-2026-0001", "Esc back")
        server.incidents.make("Second one", "low")
        await console.sees("INC-2026-0002")
        await console.press("enter")
        await console.sees("Phishing wave", "Clock", "due 3 h 59 min")
        await console.press("G")
        await console.sees("created")
        assert server.stream is not None
        assert server.stream.sent == [WatchIncident(incident_id=1)]
        server.incidents.change("INC-2026-0001", by="lee", status="contained")
        await console.sees("status New → Contained")
        await console.press("g", *"jjjjjjj")
        await console.sees("Alert 003")
        await console.press("enter", "j", "escape", "escape")


async def test_alert_s_incident_is_opened_by_a_key_and_leads_back_to_the_alert() -> None:
    server = a_server()
    incident = server.incidents.make("Phishing wave", alert_ids=(2, 3))
    for number in (2, 3):
        server.change(number, incident_id=incident.incident_id)
    async with a_console(server) as console:
        await console.sees("Alert 004")
        await console.press("u")
        await console.sees("#4 is in no incident")
        await console.press("j", "u")
        await console.sees("Phishing wave", "#2", "#3")
        for _ in range(20):
            await console.press("j", "enter")
            if "Phishing wave" not in console.text:
                break
        # The reader shows it too, and not the alert from before.
        await console.until(lambda: console.cursor == 2 and "#2  ·" in console.text)


async def test_status_is_changed_unless_someone_else_was_faster() -> None:
    server = a_server()
    server.incidents.make("Phishing wave")
    async with a_console(server) as console:
        await console.sees("Alert 004")
        await console.press("i")
        await console.sees("INC-2026-0001")
        await console.press("enter")
        await console.sees("Phishing wave", "created")
        await console.press("s")
        await console.sees("Status of INC-2026-0001", "New  (now)")
        await console.press("6")
        await console.sees("✓ INC-2026-0001: status → Active")
        await console.press("s")
        await console.sees("Active  (now)")
        server.incidents.change("INC-2026-0001", by="lee", status="contained")
        await console.press("8")
        await console.sees("was changed meanwhile, and is Contained now")
        assert server.incidents.stored["INC-2026-0001"].status == "contained"


async def test_note_is_written_and_not_lost_when_it_is_not_sent() -> None:
    server = a_server()
    server.incidents.make("Phishing wave")
    async with a_console(server) as console:
        await console.sees("Alert 004")
        await console.press("i")
        await console.sees("INC-2026-0001")
        await console.press("enter")
        await console.sees("created")
        await console.press("c")
        await console.type("host isolated")
        server.call_fails = ConnectError("Nobody listens")
        await console.press("enter")
        await console.sees("✗ The note on INC-2026-0001 was not sent")
        await console.press("c")
        await console.sees("Note on INC-2026-0001", "host isolated")
        await console.press("enter")
        await console.sees("✓ Note added", "│ host isolated")


async def test_empty_failing_and_plain_looks() -> None:
    server = a_server()
    server.incidents.timeline_fails = MissingFeature("no", feature="incident_timeline")
    async with a_console(server, size=(80, 24)) as console:
        await console.sees("Alert 004")
        await console.press("i")
        await console.sees("No incidents.", "I makes one of all that is marked")
        server.incidents.fails = ConnectError("Nobody listens")
        await console.press("r")
        await console.sees("The incidents could not be read", "Nobody listens", "r tries again")
        server.incidents.fails = None
        server.incidents.make("Phishing wave")
        await console.press("r")
        await console.sees("INC-2026-0001")
        await console.press("enter")
        await console.sees("This server keeps no full timeline")


@pytest.mark.parametrize("size", SIZES)
async def test_marks_become_one_incident_and_it_is_undone(size: tuple[int, int]) -> None:
    server = a_server()
    server.change(4, incident_id="INC-OTHER")
    async with a_console(server, size=size) as console:
        await console.sees("Alert 004")
        await console.press("*", "I")
        await console.sees("Escalate 3 alerts", "1 left out: in an incident", "P1 · ◆ Critical")
        await console.press("enter", "enter")
        await console.sees("Escalate 3 alerts")
        await console.press("1")
        await console.press("end", *" now", "enter")
        await console.sees("✓ 3 alerts: in INC-2026-0001")
        incident = server.incidents.stored["INC-2026-0001"]
        assert incident.alert_ids == (3, 2, 1)
        assert (incident.title, incident.priority) == ("Beacon ×3 now", "P1")
        await console.press("z")
        await console.sees("✓ 3 alerts: undone")
        assert [server.stored[one].incident_id for one in (1, 2, 3)] == [None] * 3
        await console.until(lambda: server.incidents.stored["INC-2026-0001"].status == "closed")


async def test_cursor_s_alert_joins_an_open_incident() -> None:
    server = a_server()
    server.incidents.make("Phishing wave")
    server.incidents.make("Old one", status="closed")
    async with a_console(server) as console:
        await console.sees("Alert 004")
        await console.press("I")
        await console.sees("Escalate 1 alert", "2  Add to INC-2026-0001  Phishing wave")
        assert "Old one" not in console.text
        server.change(4, by="lee", status="escalated")
        await console.press("2")
        await console.sees("✗ 0 of 1 alert: in INC-2026-0001", "changed by someone else")
        await console.press("I")
        await console.sees("Escalate 1 alert")
        await console.press("2")
        await console.sees("✓ 1 alert: in INC-2026-0001")
        assert server.stored[4].incident_id == "INC-2026-0001"
        await console.press("z")
        await console.sees("✓ Undone: 1 alert in INC-2026-0001")
        assert server.incidents.stored["INC-2026-0001"].status == "new"


async def test_open_incident_is_read_again_after_a_gap() -> None:
    server = a_server()
    incident = server.incidents.make("Phishing wave")
    async with a_console(server) as console:
        await console.sees("Alert 004")
        await console.press("i")
        await console.sees("INC-2026-0001")
        await console.press("enter")
        await console.sees("created")
        server.go_down()
        server.incidents.change(incident.incident_id, by="lee", status="contained")
        await console.until(lambda: console.app.feed.link.heard_at is not None)
        server.come_back()
        await console.sees("status New → Contained")


async def test_read_only_console_reads_incidents_and_changes_none() -> None:
    server = a_server()
    server.incidents.make("Phishing wave", response_sla_deadline=None)
    async with a_console(server, read_only=True) as console:
        await console.sees("Alert 004")
        await console.press("I")
        await console.sees("This console is read-only")
        await console.press("i")
        await console.sees("INC-2026-0001")
        await console.press("enter")
        await console.sees("created")
        for key in "sc":
            await console.press(key)
            await console.sees("This console is read-only")
        assert server.incidents.stored["INC-2026-0001"].revision == 1
