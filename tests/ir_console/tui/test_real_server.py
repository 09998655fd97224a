"""The real console on the real client and a real server process, over real sockets."""

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from pydantic import SecretStr

from ir_client import IRClient, PasswordCredentials, TokenCredentials
from ir_client.errors import IRError
from ir_client.wire.alerts import AlertUpdate
from ir_client.wire.auth import UserCreate
from ir_client.wire.protocol2 import Presence
from tests.support.builders import a_draft
from tests.support.console import Console, a_console
from tests.support.live_server import LiveServer

PATIENCE = 3000


@asynccontextmanager
async def clients(server: LiveServer) -> AsyncIterator[tuple[IRClient, IRClient]]:
    """The analyst's client and the sensor's."""
    async with AsyncExitStack() as stack:
        login = PasswordCredentials("admin", SecretStr(server.admin_password))
        token = TokenCredentials(SecretStr(server.ingest_token))
        yield (
            await stack.enter_async_context(IRClient(server.url, credentials=login)),
            await stack.enter_async_context(IRClient(server.url, credentials=token)),
        )


@asynccontextmanager
async def on_screen(client: IRClient) -> AsyncIterator[Console]:
    async with a_console(client, size=(160, 50), tries=PATIENCE, wall_clock=time.time) as console:
        yield console


async def test_alert_goes_from_post_to_row_to_closed(shared_live_server: LiveServer) -> None:
    async with clients(shared_live_server) as (me, sensor), on_screen(me) as console:
        await console.sees("● Live")
        created = await sensor.alerts.create(
            a_draft(external_alert_id="way", title="A first alert", detected_at=None)
        )
        await console.sees("A first alert")
        await console.until(lambda: console.cursor is not None)
        console.app.live.state.viewport.move_to(created.id)
        console.app.live.after_move()
        await console.press("a")
        await console.sees(f"✓ #{created.id} is yours", "admin took it")
        await me.alerts.update(created.id, AlertUpdate(severity="low"))
        await console.sees("▽ Low", "severity High → Low")
        await console.press("c")
        await console.type("quiet now")
        await console.press("enter")
        await console.sees("│ quiet now")
        await console.press("x", "2")
        await console.type("known scanner")
        await console.press("enter")
        await console.sees(f"✓ #{created.id}: status → Closed (benign)")
        closed = await me.alerts.get(created.id)
        assert (closed.status, closed.disposition) == ("closed", "benign")
        assert closed.assigned_analyst is not None
        assert closed.assigned_analyst.username == "admin"


@pytest.mark.prove
async def test_server_killed_in_mid_burst_loses_nothing_that_was_answered(
    live_server: LiveServer,
) -> None:
    async with clients(live_server) as (me, sensor), on_screen(me) as console:
        await console.sees("● Live")
        answered = await burst(sensor, first=0, batches=4)
        live_server.kill()
        with pytest.raises(IRError):
            await burst(sensor, first=1000, batches=1)
        await console.sees("R retry now", "data")
        live_server.restart()
        await console.press("R")
        answered |= await burst(sensor, first=2000, batches=2)
        changed = min(answered)
        await me.alerts.update(changed, AlertUpdate(status="escalated"))
        view = console.app.state.view
        await console.until(lambda: answered <= {row.id for row in view})
        await console.until(lambda: view.by_status().get("escalated") == 1)
        ids = [row.id for row in view]
        assert len(ids) == len(set(ids))
        assert console.app.state.book.rows[changed].status == "escalated"
        await console.sees("● Live")


async def test_two_who_look_at_the_same_alert_are_told_of_each_other(
    shared_live_server: LiveServer,
) -> None:
    async with clients(shared_live_server) as (me, sensor), on_screen(me) as console:
        created = await sensor.alerts.create(
            a_draft(external_alert_id="shared", title="Seen by two", detected_at=None)
        )
        await console.sees("Seen by two")
        console.app.state.viewport.move_to(created.id)
        console.app.live.after_move()
        name, password = "mona", SecretStr("a long word for mona")
        await me.auth.create_user(UserCreate(username=name, password=password, role="manager"))
        login = PasswordCredentials(name, password)
        async with (
            IRClient(shared_live_server.url, credentials=login) as other,
            other.events() as stream,
        ):
            await stream.view(created.id)
            async for event in stream:
                if isinstance(event, Presence) and len(event.data.users) == 2:
                    break
            await console.sees("◉ mona looks at it too")
        await console.no_longer_sees("◉ mona")


async def burst(sensor: IRClient, *, first: int, batches: int) -> set[int]:
    """Ingest batches of alerts; the ids that the server answered for."""
    answered: set[int] = set()
    for number in range(batches):
        start = first + number * 25
        drafts = [
            a_draft(external_alert_id=f"burst-{start + n}", title=f"Burst {start + n}")
            for n in range(25)
        ]
        report = await sensor.alerts.ingest("burst", drafts)
        answered |= set(report.created_alert_ids)
    return answered


async def test_wrong_password_is_said_on_the_screen(shared_live_server: LiveServer) -> None:
    login = PasswordCredentials("admin", SecretStr("not the password"))
    async with (
        IRClient(shared_live_server.url, credentials=login) as client,
        on_screen(client) as console,
    ):
        await console.sees("Not authorised", "Log in with the right name")
