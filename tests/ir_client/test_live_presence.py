"""Two analysts at one alert, against the real server."""

import asyncio

from pydantic import SecretStr

from ir_client import EventStream, IRClient, PasswordCredentials, Presence, TokenCredentials
from ir_client.wire.auth import UserCreate
from tests.support.builders import a_draft
from tests.support.live_server import ADMIN_PASSWORD, INGEST_TOKEN, LiveServer

PASSWORD = SecretStr("a-long-enough-password")


async def told(stream: EventStream, *names: str) -> None:
    """Read on until these are the ones who view the alert."""
    async for event in stream:
        if isinstance(event, Presence) and names == tuple(
            user.username for user in event.data.users
        ):
            return


async def test_who_opens_the_same_alert_is_seen_comes_back_and_is_seen_no_more(
    shared_live_server: LiveServer,
) -> None:
    url = shared_live_server.url
    admin = PasswordCredentials("admin", SecretStr(ADMIN_PASSWORD))
    erik = PasswordCredentials("presence-erik", PASSWORD)
    siem = TokenCredentials(SecretStr(INGEST_TOKEN))
    async with (
        asyncio.timeout(60),
        IRClient(url, credentials=admin) as boss,
        IRClient(url, credentials=siem) as sensor,
    ):
        await boss.auth.create_user(UserCreate(username="presence-erik", password=PASSWORD))
        alert = await sensor.alerts.create(a_draft(external_alert_id="presence-1"))
        async with boss.events() as seen_by_boss:
            await seen_by_boss.view(alert.id)
            await told(seen_by_boss, "admin")
            async with (
                IRClient(url, credentials=erik) as analyst,
                analyst.events() as seen_by_erik,
            ):
                await seen_by_erik.view(alert.id)
                await told(seen_by_erik, "admin", "presence-erik")
                await told(seen_by_boss, "admin", "presence-erik")
                seen_by_erik.reconnect()
                await told(seen_by_erik, "admin", "presence-erik")
            await told(seen_by_boss, "admin")
