"""Reading an alert while it, and who reads it, change."""

import pytest

from ir_client.wire.protocol2 import PresentUser
from tests.support.builders import an_alert
from tests.support.console import Console, a_console
from tests.support.memory_server import MemoryServer, MemoryStream

SMALL = (80, 24)


def a_server() -> MemoryServer:
    server = MemoryServer()
    for number in range(1, 5):
        host = f"web-{number % 2}"
        server.hold(an_alert(id=number, title=f"Alert {number}", affected_hostname=host))
    return server


def line_of(console: Console, text: str) -> int:
    return next((y for y, line in enumerate(console.text.splitlines()) if text in line), -1)


async def test_reader_grows_without_moving_what_is_read() -> None:
    server = a_server()
    server.hold(an_alert(id=9, title="Long", investigation_notes="one two " * 400 + "Z"))
    server._log(server.stored[9], "lee", "commented", comment="the first")
    async with a_console(server, size=SMALL) as console:
        await console.sees("Long")
        await console.press("g", "enter", "G")
        await console.sees("two Z")
        await console.until(lambda: console.app.live.reader._history.entries is not None)
        await console.press("G")
        before = line_of(console, "two Z")
        assert before > 0, console.text
        server._log(server.stored[9], "mona", "commented", comment="another " * 60)
        server.change(9, severity="low")
        await console.until(lambda: console.app.state.book.rows[9].revision == 2)
        await console.until(lambda: len(console.app.live.reader._history.entries or ()) == 3)
        assert line_of(console, "two Z") == before


async def test_one_key_goes_to_what_is_related_and_one_comes_back() -> None:
    async with a_console(a_server()) as console:
        await console.sees("Alert 4", "1 host    web-0", "1 other, 1 open")
        await console.press("P")
        await console.sees("Alerts related to #4", "host  web-0")
        await console.press("1")
        await console.no_longer_sees("Alert 3")
        await console.sees("2 of 4 alerts", "Alert 2")
        await console.press("j", "b")
        await console.sees("Alert 3", "4")
        assert console.cursor == 4


async def test_who_else_looks_is_named_over_the_reader() -> None:
    server = a_server()
    server.viewers = [PresentUser(id=8, username="lee")]
    async with a_console(server) as console:
        await console.sees("Alert 4")
        stream = server.stream
        assert stream is not None
        console.app._tick()
        console.app._tick()
        await console.sees("◉ lee looks at it too")
        assert stream.viewed == 4
        await console.press("j")
        await console.no_longer_sees("◉ lee")


async def test_server_that_tells_no_viewers_is_said_to(monkeypatch: pytest.MonkeyPatch) -> None:
    server = a_server()
    server.protocols = (1,)
    monkeypatch.setattr(MemoryStream, "view", nobody_looks)
    async with a_console(server) as console:
        await console.sees("Alert 4")
        console.app._tick()
        console.app._tick()
        await console.sees("this server does not tell who else looks")


async def nobody_looks(stream: MemoryStream, alert_id: int | None) -> None:
    """As a stream of protocol 1."""


async def test_next_and_previous_are_one_key_while_reading() -> None:
    async with a_console(a_server(), size=SMALL) as console:
        await console.sees("Alert 4")
        await console.press("g", "enter", "n", "n", "p")
        await console.sees("Alert 3", "#3")
        assert console.app.live.reader.has_focus
