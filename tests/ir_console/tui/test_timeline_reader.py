"""The timeline of the open alert, while it changes faster than it can be read."""

import asyncio
from collections.abc import Sequence

import pytest

from ir_client.wire.alerts import TimelineEntry
from tests.support.builders import an_alert
from tests.support.console import a_console
from tests.support.memory_server import MemoryServer

SIZE = (160, 50)


class Reads:
    """The server's timelines, counted, each read held back until it is let go."""

    def __init__(self, server: MemoryServer, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[int] = []
        self.gate = asyncio.Event()
        self._read = server.alerts.timeline
        monkeypatch.setattr(server.alerts, "timeline", self.timeline)

    async def timeline(self, alert_id: int) -> Sequence[TimelineEntry]:
        entries = await self._read(alert_id)
        self.asked.append(alert_id)
        await self.gate.wait()
        return entries


def a_server() -> MemoryServer:
    server = MemoryServer()
    for number in (1, 2):
        server.hold(an_alert(id=number, title=f"Alert {number}"))
    return server


async def test_read_is_not_lost_to_changes_and_is_followed_by_one_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = a_server()
    reads = Reads(server, monkeypatch)
    async with a_console(server, size=SIZE) as console:
        await console.sees("Alert 1", "Alert 2")
        await console.press("j")
        await console.until(lambda: reads.asked[-1:] == [1], "the read")
        reads.asked.clear()
        for status in ("triaged", "investigating", "contained"):
            server.change(1, status=status)
            await console.sees(f"Status          {status.capitalize()}")
        assert reads.asked == []
        reads.gate.set()
        await console.sees("lee status Investigating → Contained")
        assert reads.asked == [1]


async def test_the_first_alert_is_read_without_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    server = a_server()
    reads = Reads(server, monkeypatch)
    async with a_console(server, size=SIZE) as console:
        await console.until(lambda: reads.asked == [2], "the read")
        reads.gate.set()
        await console.sees("nothing yet")


async def test_another_alert_ends_the_read_of_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    server = a_server()
    reads = Reads(server, monkeypatch)
    async with a_console(server, size=SIZE) as console:
        await console.sees("Alert 1", "Alert 2")
        for key, alert_id in (("j", 1), ("k", 2), ("j", 1)):
            await console.press(key)
            await console.until(lambda wanted=alert_id: reads.asked[-1:] == [wanted], "the read")
        reads.gate.set()
        await console.sees("nothing yet")
