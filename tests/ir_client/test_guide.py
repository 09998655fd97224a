"""The guide's code about commands and handlers does what the guide says. Virtual time."""

import asyncio
import os
import re
import signal
import textwrap
from collections.abc import Coroutine, Mapping
from pathlib import Path
from typing import Any

import pytest

import ir_client
from ir_client import IRClient
from ir_client.testing import FakeServer
from ir_client.wire import commands

pytestmark = pytest.mark.looptime

PAGE = Path(__file__).parents[2] / "docs/sdk.md"


def guide(
    section: str, client: IRClient, *, instead: Mapping[str, str] | None = None
) -> Coroutine[Any, Any, None]:
    """The first code of a section of the guide, as a coroutine to be run.

    `instead` replaces numbers that only the guide's server has.
    """
    text = PAGE.read_text().split(f"\n## {section}\n")[1]
    code = re.search(r"```python\n(.*?)```", text, re.DOTALL)
    assert code is not None
    source = code[1]
    for written, meant in (instead or {}).items():
        assert written in source
        source = source.replace(written, meant)
    names: dict[str, Any] = {name: getattr(ir_client, name) for name in ir_client.__all__}
    names |= vars(commands) | {"client": client}
    exec("async def guide():\n" + textwrap.indent(source, "    "), names)
    coroutine: Coroutine[Any, Any, None] = names["guide"]()
    return coroutine


async def test_talking_back() -> None:
    async with FakeServer() as server, server.client() as client, asyncio.TaskGroup() as tasks:
        server.commit(7)
        running = tasks.create_task(guide("Talking back", client))
        await server.wait_for(lambda: server.connections == 2 and server.listeners)
        await asyncio.sleep(1)
        await server.publish(server.commit(7, status="closed"), kind="alert_updated")
        await running
    assert [command["type"] for command in server.commands] == ["get_alert_details", "viewing"]


async def test_handlers(capsys: pytest.CaptureFixture[str]) -> None:
    async with FakeServer() as server, server.client() as client, asyncio.TaskGroup() as tasks:
        running = tasks.create_task(guide("Handlers", client))
        await server.wait_for(lambda: server.listeners)
        await server.publish(server.commit(1, severity="critical"))
        await server.publish(server.commit(2, severity="low"))
        await server.wait_for(lambda: server.alerts[1].status == "investigating")
        assert callable(signal.getsignal(signal.SIGTERM)), "it hears the signal"
        os.kill(os.getpid(), signal.SIGTERM)
        await running
    assert server.alerts[2].status == "new"
    assert "connecting -> live" in capsys.readouterr().out
