"""Many alerts in parts: progress, stopping, the word on each, conflicts, and what is not loaded."""

import asyncio

import pytest

from ir_client.errors import ConnectError, MissingFeature
from ir_console.model.bulk import ALERTS_AT_ONCE
from tests.support.builders import an_alert
from tests.support.console import Console, a_console, at_sizes
from tests.support.memory_server import MemoryServer
from tests.support.rows import a_row

SIZES = at_sizes((80, 24), (60, 15), (160, 50))


def a_server(alerts: int = 5) -> MemoryServer:
    server = MemoryServer()
    for number in range(1, alerts + 1):
        received = a_row(number).received
        title = f"Alert {number:03}"
        server.hold(an_alert(id=number, title=title, received_at=received, revision=1))
    return server


def statuses(server: MemoryServer) -> list[str]:
    return [alert.status for _, alert in sorted(server.stored.items())]


async def after_a_conflict(console: Console, server: MemoryServer) -> None:
    """Five alerts are triaged, of which someone else closed the fourth meanwhile."""
    await console.sees("Alert 005")
    await console.press("*", "s")
    await console.sees("Status of 5 alerts")
    server.change(4, by="priya", status="escalated")
    await console.press("2")
    await console.until(lambda: statuses(server).count("triaged") == 4)
    await console.until(lambda: not console.app.state.pending)


@pytest.mark.parametrize("size", SIZES)
async def test_outcome_of_each_is_listed_and_a_conflict_decided_there(
    size: tuple[int, int],
) -> None:
    server = a_server()
    async with a_console(server, size=size) as console:
        await console.press("O")
        await console.sees("Nothing was done to many")
        await after_a_conflict(console, server)
        await console.press("O")
        await console.sees("status → Triaged · 4 of 5 done", "✗ #4", "✓ #5", "Esc back")
        await console.press("enter")
        await console.sees("you saw", "you want", "is now", "priya: status New → Esc")
        await console.press("tab", "enter")
        await console.sees("5 of 5 done")
        assert statuses(server) == ["triaged"] * 5
        await console.press("j", "enter")
        await console.sees("SEV")
        assert console.cursor == 3


async def test_conflict_can_be_left_as_it_is() -> None:
    server = a_server()
    async with a_console(server) as console:
        await after_a_conflict(console, server)
        await console.press("O", "enter")
        await console.sees("#4 was changed meanwhile")
        await console.press("enter")
        await console.sees("4 of 5 done")
        assert statuses(server)[3] == "escalated"


async def test_stopping_leaves_the_rest_untried() -> None:
    server = a_server(ALERTS_AT_ONCE * 2)
    server.gate = asyncio.Event()
    async with a_console(server, tries=1000) as console:
        await console.until(lambda: len(console.app.state.view) == len(server.stored))
        await console.press("*", "s", "2")
        await console.sees("status → Triaged", "Esc stops it")
        await console.press("escape")
        await console.sees("Stopping once the server has answered")
        server.gate.set()
        await console.sees("250 not tried")
        assert statuses(server).count("triaged") == ALERTS_AT_ONCE
        await console.press("z")
        await console.sees("✓ 250 alerts: undone")
        assert statuses(server).count("triaged") == 0


async def test_part_that_does_not_get_through_ends_it() -> None:
    server = a_server(ALERTS_AT_ONCE + 1)
    async with a_console(server, tries=1000) as console:
        await console.until(lambda: len(console.app.state.view) == len(server.stored))
        await console.press("*", "s")
        server.call_fails = ConnectError("Nobody listens")
        await console.press("2")
        await console.sees("✗ 0 of 251 alerts", "1 not tried")
        assert set(statuses(server)) == {"new"}


async def test_hidden_marks_are_chosen_by_a_key_that_is_followed_at_once() -> None:
    server = a_server()
    async with a_console(server) as console:
        await console.sees("Alert 005")
        await console.press("*", "/")
        await console.type("id: 5")
        await console.press("enter", "s")
        await console.sees("Status of 1 alert")
        # Both keys are in the queue before the first one is handled.
        for key in ("h", "2"):
            console.app.simulate_key(key)
        await console.until(lambda: statuses(server) == ["triaged"] * 5)


async def all_of_the_filter(console: Console, text: str) -> None:
    await console.press("/")
    await console.type(text)
    await console.press("enter", "B")


@pytest.mark.parametrize("size", SIZES)
async def test_all_that_the_filter_finds_on_the_server_is_changed(size: tuple[int, int]) -> None:
    server = a_server(150)
    server.change(7, severity="low")
    async with a_console(server, size=size, snapshot_limit=100) as console:
        await console.until(lambda: len(console.app.state.view) == 100)
        await all_of_the_filter(console, "severity: high")
        await console.sees("149 alerts on the server", "100 of them are loaded here")
        await console.press("enter")
        await console.sees("149 alerts on the server")
        await console.press("3")
        await console.sees("Close 149 alerts", "49 of them are not loaded")
        await console.press("2", "enter")
        await console.sees("✓ 149 alerts: closed as benign")
        assert statuses(server).count("closed") == 149
        assert statuses(server)[6] == "new"


async def test_what_needs_nothing_is_left_out_and_what_comes_later_too() -> None:
    server = a_server(3)
    server.change(2, status="closed")
    async with a_console(server) as console:
        await console.sees("Alert 003")
        await all_of_the_filter(console, "severity: high")
        await console.sees("3 alerts on the server")
        server.publish(an_alert(id=9, title="Alert 009"))
        await console.press("3")
        await console.sees("Close 2 alerts", "1 left out: closed already")
        await console.press("1", "enter")
        await console.sees("✓ 2 alerts: closed as true positive")
        assert server.stored[9].status == "new"


async def test_query_needs_a_filter_and_a_server_that_reads_it() -> None:
    server = a_server(2)
    server.query_fails = MissingFeature("This server has no query", feature="query")
    async with a_console(server) as console:
        await console.sees("Alert 002")
        await console.press("B")
        await console.sees("Filter first")
        await all_of_the_filter(console, "id: 1")
        await console.sees("✗ The alerts could not be counted: This server")
