"""The pictures and the shift, by their keys."""

from ir_client.wire.overview import AlertStats
from tests.support.builders import an_alert
from tests.support.console import a_console
from tests.support.memory_server import MemoryServer


def a_server() -> MemoryServer:
    server = MemoryServer()
    for number in range(1, 7):
        host = f"web-{number % 3}"
        server.hold(an_alert(id=number, title=f"Alert {number}", affected_hostname=host))
    return server


async def test_most_frequent_lead_to_what_they_are_of() -> None:
    async with a_console(a_server(), size=(80, 24)) as console:
        await console.sees("Alert 6")
        await console.press("C")
        await console.sees("Most of what is shown", "web-1", "Hosts · 3 in all")
        await console.press("enter")
        await console.sees("2 of 6 alerts")
        await console.press("b")
        await console.no_longer_sees("2 of 6 alerts")


async def test_wide_terminal_shows_the_most_frequent_beside_the_rows() -> None:
    async with a_console(a_server(), size=(200, 60)) as console:
        await console.sees("Alert 6")
        console.app._tick()
        await console.sees("Hosts ──", "a minute")
        lines = [line[:32] for line in console.text.splitlines()]
        assert next(line.split()[:2] for line in lines if "web-" in line) == ["web-0", "2"]


async def test_shift_shows_the_servers_figures_or_says_that_it_has_none() -> None:
    server = a_server()
    async with a_console(server, size=(80, 24)) as console:
        await console.sees("Alert 6")
        await console.press("S")
        await console.sees("The shift", "All figures are of the 6 alerts loaded here")
        await console.press("escape")
        server.stats = AlertStats(open=4321)
        await console.press("S")
        await console.sees("4,321", "dana")


async def test_latency_is_told_and_silence_too() -> None:
    server = a_server()
    async with a_console(server) as console:
        await console.sees("Alert 6")
        assert server.stream is not None
        server.stream.latency = 0.0123
        console.app._tick()
        await console.sees("· 12 ms")
