"""Leaving for the console of another profile."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ir_console.settings import ConsoleSettings
from ir_console.tui.app import ConsoleApp
from ir_console.tui.profile_flow import Profiles
from tests.support.builders import NOON, an_alert
from tests.support.console import Console, a_console
from tests.support.memory_server import MemoryServer

KNOWN = {"prod": "https://prod.example", "test\x1b[2J": "https://test.example"}
ODD = "test\x1b[2J"


@asynccontextmanager
async def opened(known: dict[str, str]) -> AsyncIterator[tuple[Console, MemoryServer]]:
    server = MemoryServer()
    server.hold(an_alert(id=4, title="Alert 004", revision=1))
    app = ConsoleApp(
        server,
        settings=ConsoleSettings(frames_per_second=60, view="All"),
        profile="prod",
        wall_clock=lambda: NOON.timestamp() + 60,
        profiles=Profiles("prod", lambda: known),
    )
    async with app.run_test(size=(80, 24)) as pilot:
        console = Console(app, pilot)
        await console.sees("Alert 004")
        yield console, server


async def test_profile_is_chosen_from_a_list_and_the_console_ends_for_it() -> None:
    async with opened(KNOWN) as (console, _):
        await console.press("colon", *"profile", "enter")
        await console.sees("Open which profile?", "prod.example", "(open now)", "2  test␛[2J")
        await console.press("1")
        await console.sees("prod is open already")
        await console.press("colon", *"profile", "enter", "2")
        await console.until(lambda: not console.app.is_running)
        assert (console.app.profiles.wanted, console.app.return_code) == (ODD, 0)


async def test_name_is_completed_and_what_is_not_sent_is_asked_about() -> None:
    async with opened({"prod": "https://a", "test": "https://b"}) as (console, server):
        server.go_down()
        await console.sees("Reconnecting")
        await console.press("s", "2")
        await console.sees("↑ 1 queued")
        await console.press("colon", *"profile t")
        await console.sees("Tab", "[test]")
        await console.press("tab", "enter")
        await console.sees("1 action not sent", "Quit, and lose 1 action")
        await console.press("1")
        await console.no_longer_sees("1 action not sent")
        assert not console.app.profiles.wanted
        await console.press("colon", *"profile test", "enter", "2")
        await console.until(lambda: not console.app.is_running)
        assert console.app.profiles.wanted == "test"


async def test_without_another_one_it_says_so() -> None:
    async with opened({"prod": "https://a"}) as (console, _):
        await console.press("colon", *"profile", "enter")
        await console.sees("No other profile is known", "ir-console login --profile NAME")
    async with a_console() as console:
        await console.press("colon", *"profile", "enter")
        await console.sees("There is no other profile here", "of one server only")
