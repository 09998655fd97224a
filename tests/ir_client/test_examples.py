"""The examples do what they say, against the real server."""

import asyncio
import importlib.util
from pathlib import Path
from types import ModuleType

from pydantic import SecretStr

from ir_client import IRClient, PasswordCredentials, TokenCredentials
from tests.support.builders import a_draft
from tests.support.live_server import ADMIN_PASSWORD, INGEST_TOKEN, LiveServer

EXAMPLES = Path(__file__).parents[2] / "examples"


def example(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


async def test_following_alerts_takes_the_critical_ones(shared_live_server: LiveServer) -> None:
    admin = PasswordCredentials("admin", SecretStr(ADMIN_PASSWORD))
    siem = TokenCredentials(SecretStr(INGEST_TOKEN))
    async with (
        IRClient(shared_live_server.url, credentials=admin) as client,
        IRClient(shared_live_server.url, credentials=siem) as sensor,
        asyncio.timeout(120),
    ):
        following = asyncio.ensure_future(example("follow_alerts").follow(client, limit=1))
        count = 0
        while not following.done():
            count += 1
            await sensor.alerts.create(
                a_draft(external_alert_id=f"example-{count}", severity="critical")
            )
            await asyncio.wait([following], timeout=0.2)
        lines = await following
    assert "stream live" in lines
    assert "new critical: Suspicious PowerShell" in lines
    assert "is ours, incident INC-" in lines[-1]
