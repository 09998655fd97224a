"""The bots among the examples do what they say, most of it in virtual time."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from ir_client import IRClient
from ir_client.testing import FakeServer
from tests.ir_client.test_examples import EXAMPLES, example
from tests.support.live_server import INGEST_TOKEN, LiveServer

pytestmark = pytest.mark.looptime


async def test_the_triage_bot_closes_noise_takes_what_is_critical_and_goes_on() -> None:
    log: list[str] = []
    async with FakeServer() as server, server.client() as client:
        bot = example("triage_bot").triage_bot(client, log=log)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(bot.run())
            await server.wait_for(lambda: "stream live" in log)
            await server.publish(server.commit(1, severity="info", source="scanner"))
            await server.publish(server.commit(2, severity="critical"))
            await server.publish(server.commit(3, severity="info", source="edr"))
            stale = server.commit(4, severity="low", source="scanner")
            server.commit(4, title="seen by a person")
            await server.publish(stale)
            await server.wait_for(lambda: bot.stats.handled >= 4)
            server.break_lines()
            server.commit(5, severity="critical")
            await server.wait_for(lambda: "5: taken, " in " ".join(log))
            bot.stop()
    assert server.alerts[1].status == "closed"
    assert server.alerts[1].analyst_comments == "A scan of ours"
    assert server.alerts[3].status == "new"
    assert "1: noise, closed" in log
    assert "4: a person was faster, left alone" in log
    assert any(line.startswith("2: taken, INC-") for line in log)
    assert any(line.startswith("caught up after ") and "not all" not in line for line in log)
    assert log[-1] == "stream closed"


async def test_the_chat_responder_answers_each_line() -> None:
    said: list[str] = []

    async def lines() -> AsyncIterator[str]:
        for line in ("show 7\n", "take 7\n", "close 8", "show 9", "dance", "view 7"):
            yield line
        await server.wait_for(lambda: "7: dana" in said)
        yield "leave"
        hostile = "Suspicious\x1b[2JPowerShell\nclosed"
        await server.publish(server.commit(10, severity="critical", title=hostile))
        await server.wait_for(lambda: said[-1].startswith("new: 10 "))

    async with FakeServer() as server, server.client() as client:
        server.commit(7)
        server.commit(8)
        await example("chat_ops").respond(client, lines(), said.append)
    assert said[0] == "7 high new: Suspicious PowerShell"
    assert said[1].startswith("7 is ours, INC-")
    assert said[2] == "8 is closed"
    assert said[3].startswith("no: There is no such alert")
    assert said[4] == "show N, take N, close N, view N, leave"
    assert said[5:] == ["viewing 7", "7: dana", "left", "new: 10 Suspicious [2JPowerShell closed"]
    assert server.alerts[8].status == "closed"


class Pager:
    """A pager that fails as often as it is told to, and what it was sent."""

    def __init__(self) -> None:
        self.failures = 0
        self.pages: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.failures:
            self.failures -= 1
            if self.failures % 2:
                raise httpx.ConnectError("no pager")
            return httpx.Response(503)
        self.pages.append(json.loads(request.content)["dedup_key"])
        return httpx.Response(202)


async def run_bridge(client: IRClient, pager: Pager, kept_in: Path, *, until: int) -> None:
    """Run the bridge until so many were paged, and kill it."""
    transport = httpx.MockTransport(pager)
    async with httpx.AsyncClient(base_url="http://pager.test/", transport=transport) as http:
        running = asyncio.ensure_future(example("pager_bridge").bridge(client, http, str(kept_in)))
        while len(pager.pages) < until and not running.done():  # noqa: ASYNC110 - any moment will do
            await asyncio.sleep(0.05)
        running.cancel()
        await asyncio.wait([running])


async def test_the_pager_bridge_pages_each_critical_alert_also_over_restarts(
    tmp_path: Path,
) -> None:
    pager = Pager()
    async with FakeServer() as server:

        async def publish(*numbers: int) -> None:
            await server.wait_for(lambda: server.listeners)
            for number in numbers:
                await server.publish(server.commit(number, severity="critical"))
            await server.publish(server.commit(100 + numbers[0], severity="low"))

        async with server.client() as client, asyncio.TaskGroup() as tasks:
            pager.failures = 3
            tasks.create_task(publish(1, 2))
            await run_bridge(client, pager, tmp_path / "kept", until=2)
        server.commit(3, severity="critical")
        async with server.client() as client:
            await run_bridge(client, pager, tmp_path / "kept", until=3)
    assert [int(key.removeprefix("ir-alert-")) for key in dict.fromkeys(pager.pages)] == [1, 2, 3]
    assert len(pager.pages) <= 4, "only the page under way may be sent again"


@pytest.mark.looptime(False)
async def test_the_triage_bot_ends_cleanly_when_it_is_told_to(
    shared_live_server: LiveServer,
) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-u",
        str(EXAMPLES / "triage_bot.py"),
        env=os.environ | {"IR_URL": shared_live_server.url, "IR_TOKEN": INGEST_TOKEN},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(60):
        assert process.stdout is not None
        while (await process.stdout.readline()) not in (b"stream live\n", b""):
            pass
        process.send_signal(signal.SIGTERM)
        rest, problems = await process.communicate()
    assert rest.splitlines()[-1] == b"stream closed"
    assert (process.returncode, problems) == (0, b"")
