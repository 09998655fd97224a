"""The whole way of an alert: a real server process, real sockets, the real console."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from pydantic import SecretStr

from ir_client import AlertUpdate, IRClient, PasswordCredentials, TokenCredentials, errors
from ir_client.wire.values import is_open
from tests.support.builders import a_draft
from tests.support.console import Console, a_console
from tests.support.live_server import LiveServer

# More batches than a burst gets to send: it ends when the server dies.
BATCHES, SIZE, MIDWAY = 10_000, 10, 15


@asynccontextmanager
async def an_analyst(server: LiveServer) -> AsyncIterator[IRClient]:
    """The SDK, logged in as a person who sees everything."""
    login = PasswordCredentials("admin", SecretStr(server.admin_password))
    async with IRClient(server.url, credentials=login) as client:
        yield client


@asynccontextmanager
async def a_sensor(server: LiveServer) -> AsyncIterator[IRClient]:
    """The SDK, holding the token of a SIEM."""
    token = TokenCredentials(SecretStr(server.ingest_token))
    async with IRClient(server.url, credentials=token) as client:
        yield client


@asynccontextmanager
async def the_console(server: LiveServer, analyst: IRClient) -> AsyncIterator[Console]:
    async with a_console(analyst, size=(160, 50)) as console:
        await console.sees("Live")
        yield console


async def test_a_posted_alert_becomes_a_painted_row(live_server: LiveServer) -> None:
    async with (
        an_analyst(live_server) as analyst,
        a_sensor(live_server) as sensor,
        the_console(live_server, analyst) as console,
    ):
        created = await sensor.alerts.create(a_draft(title="Beacon to a known address"))
        await console.sees("Beacon to a known address")
        assert console.cursor == created.id


async def test_a_change_by_somebody_else_refreshes_the_detail(live_server: LiveServer) -> None:
    async with (
        an_analyst(live_server) as analyst,
        an_analyst(live_server) as somebody_else,
        a_sensor(live_server) as sensor,
        the_console(live_server, analyst) as console,
    ):
        created = await sensor.alerts.create(a_draft(title="Beacon to a known address"))
        await console.sees("Beacon to a known address")
        await somebody_else.alerts.update(
            created.id, AlertUpdate(status="contained", business_impact="Payroll stands still")
        )
        await console.sees("Payroll stands still", "Contained")


async def test_taking_and_closing_by_keys_reaches_the_server(live_server: LiveServer) -> None:
    async with (
        an_analyst(live_server) as analyst,
        a_sensor(live_server) as sensor,
        the_console(live_server, analyst) as console,
    ):
        created = await sensor.alerts.create(a_draft(title="Beacon to a known address"))
        await console.sees("Beacon to a known address")
        await console.press("a")
        await console.sees("is yours")
        taken = await analyst.alerts.get(created.id)
        assert taken.status == "investigating"
        assert taken.assigned_analyst is not None
        assert taken.assigned_analyst.username == "admin"
        assert taken.incident_id is not None
        actions = [entry.action for entry in await analyst.alerts.timeline(created.id)]
        assert actions[0] == "created"
        assert "owned" in actions


@dataclass
class Sent:
    """What the server acknowledged."""

    created: set[int] = field(default_factory=set)
    closed: set[int] = field(default_factory=set)


async def ingest_and_close(
    sensor: IRClient, analyst: IRClient, sent: Sent, *, burst: int, midway: asyncio.Event
) -> None:
    """Ingest batches, close one alert of each, and count only what was answered 2xx."""
    for batch in range(BATCHES):
        drafts = [a_draft(external_alert_id=f"{burst}-{batch}-{one}") for one in range(SIZE)]
        report = await sensor.alerts.ingest("edr", drafts)
        sent.created.update(report.created_alert_ids)
        first = report.created_alert_ids[0]
        await analyst.alerts.update(first, AlertUpdate(status="closed"))
        sent.closed.add(first)
        if batch == MIDWAY:
            midway.set()


async def until_the_server_dies(work: Coroutine[None, None, None]) -> None:
    with pytest.raises(errors.IRError):
        await work


async def burst_until_killed(server: LiveServer, sent: Sent, *, burst: int) -> None:
    """A burst in whose middle the server dies without a word."""
    midway = asyncio.Event()
    async with (
        an_analyst(server) as analyst,
        a_sensor(server) as sensor,
        asyncio.TaskGroup() as tasks,
    ):
        work = ingest_and_close(sensor, analyst, sent, burst=burst, midway=midway)
        tasks.create_task(until_the_server_dies(work))
        await midway.wait()
        await asyncio.to_thread(server.kill)


async def crash_and_compare(server: LiveServer, *, crashes: int) -> None:
    """Burst, die, come back, so many times; then table, server and what was answered agree."""
    sent = Sent()
    async with an_analyst(server) as analyst, the_console(server, analyst) as console:
        for burst in range(crashes):
            await burst_until_killed(server, sent, burst=burst)
            await console.sees("econnect")
            await asyncio.to_thread(server.restart)
            await console.press("R")
            await console.sees("Live")
        book, view = console.app.state.book, console.app.state.view
        assert len(sent.created) >= crashes * MIDWAY * SIZE
        await console.until(lambda: sent.created <= set(book.rows), "every acknowledged alert")
        await console.until(
            lambda: not any(is_open(book.rows[one].status) for one in sent.closed),
            "every acknowledged change",
        )
        shown = [row.id for row in view]
        assert len(shown) == len(set(shown))
        assert sent.created <= set(shown)
        stored = {alert.id: alert.revision async for alert in analyst.alerts.list(size=500)}
        await console.until(
            lambda: {row.id: row.revision for row in book} == stored, "the server's final state"
        )


async def test_what_was_acknowledged_survives_sigkill_and_reaches_the_table_once(
    live_server: LiveServer,
) -> None:
    await crash_and_compare(live_server, crashes=2)


@pytest.mark.prove
async def test_a_dozen_crashes_lose_nothing_that_was_acknowledged(live_server: LiveServer) -> None:
    await crash_and_compare(live_server, crashes=12)
