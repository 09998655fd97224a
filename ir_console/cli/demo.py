"""The demo: a server of its own, a made-up day, and the console, logged in and open.

Secrets are random and live as long as the demo. Off a terminal the same pipeline runs for 20
alerts and prints the console's last screen. Server and files are gone afterwards: see `keeper`.
"""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import SecretStr

from ir_console.model.format import plural

from .console import console_settings, run_console
from .examples import shown_with
from .exits import ExitCode
from .local_server import ADMIN, LocalServer, local_server
from .opening import can_be_shown
from .output import Output
from .stories import COLLEAGUES

if TYPE_CHECKING:
    from ir_client import IRClient
    from ir_client.wire.values import Role
    from ir_console.settings import ConsoleSettings
    from ir_console.tui.app import ConsoleApp

    from .demo_day import DayTally, DemoDay

ANALYST = "you"
PROFILE = "demo"
HEADLESS_ALERTS = 20
HEADLESS_SECONDS = 120.0

# What is on the screen when the console opens.
_MORNING_STEPS = 24

_ROLES: dict[str, "Role"] = {
    ANALYST: "senior_analyst",
    COLLEAGUES[0]: "senior_analyst",
    **dict.fromkeys(COLLEAGUES[1:], "analyst"),
}


@shown_with(
    "ir-console demo",
    "ir-console demo --rate 20 --seed 7",
    "ir-console demo | tail -1",
)
def demo(
    rate: Annotated[float, typer.Option(min=0.1, max=200, help="Alerts a second.")] = 2.0,
    seed: Annotated[int, typer.Option(help="Which made-up day.")] = 1,
) -> None:
    """Server, a believable alert stream and the console, with no set-up.

    Nothing is kept: quitting ends the server and removes its database. Off a terminal it runs for
    20 alerts and prints the console's last screen and a summary.
    """
    output = Output.standard()
    settings = console_settings()
    code, tally = asyncio.run(_demo(output, settings, rate=rate, seed=seed))
    output.line(
        f"Demo over: {plural(tally.alerts, 'alert')}, {plural(tally.deeds, 'action')} by "
        f"colleagues. The server has ended and its files are removed."
    )
    raise typer.Exit(code)


async def _demo(
    output: Output, settings: "ConsoleSettings", *, rate: float, seed: int
) -> "tuple[int, DayTally]":
    is_shown = can_be_shown()
    if is_shown:
        output.progress("Starting a server …")
    async with (
        local_server() as server,
        staff(server) as people,
        made_up_day(server, people, rate=rate, seed=seed) as day,
    ):
        from ir_console.settings import settings_path
        from ir_console.tui.app import ConsoleApp

        app = ConsoleApp(
            people[ANALYST], settings=settings, profile=PROFILE, settings_file=settings_path()
        )
        code = await (_watched(app, day) if is_shown else _printed(output, app, day))
        return code, day.tally


async def _watched(app: "ConsoleApp", day: "DemoDay") -> int:
    """The console on the terminal while the day is played."""
    await day.begin(_MORNING_STEPS)
    async with asyncio.TaskGroup() as tasks:
        playing = tasks.create_task(day.play())
        code = await run_console(app)
        playing.cancel()
    return code


async def _printed(output: Output, app: "ConsoleApp", day: "DemoDay") -> int:
    """The console without a terminal for a few alerts; its last screen as text."""
    from ir_console.tui.headless import NotReachedError, run_headless

    async with asyncio.TaskGroup() as tasks:
        playing = tasks.create_task(day.play(HEADLESS_ALERTS))
        try:
            screen = await run_headless(
                app,
                until=lambda app: playing.done() and len(app.state.book) >= HEADLESS_ALERTS,
                timeout=HEADLESS_SECONDS + HEADLESS_ALERTS / day.rate,
            )
            code = ExitCode.DONE
        except NotReachedError as error:
            output.note(f"{error}; {day.tally.alerts} of {HEADLESS_ALERTS} alerts were sent.")
            screen, code = error.screen, ExitCode.FAILED
        playing.cancel()
    output.block(screen)
    return code


@asynccontextmanager
async def staff(server: LocalServer) -> "AsyncIterator[dict[str, IRClient]]":
    """The people of the demo, each logged in; `you` is whoever sits at the console."""
    from ir_client import IRClient, PasswordCredentials
    from ir_client.wire.auth import UserCreate

    badges = {name: SecretStr(secrets.token_urlsafe(24)) for name in _ROLES}
    admin = PasswordCredentials(ADMIN, server.admin_password)
    # Hashing a password takes a while, on purpose; the server does two at a time.
    async with IRClient(server.url, credentials=admin) as office, asyncio.TaskGroup() as tasks:
        for name, password in badges.items():
            user = UserCreate(username=name, password=password, role=_ROLES[name])
            tasks.create_task(office.auth.create_user(user))
    async with AsyncExitStack() as stack:
        people: dict[str, IRClient] = {}
        for name, password in badges.items():
            person = IRClient(server.url, credentials=PasswordCredentials(name, password))
            people[name] = await stack.enter_async_context(person)
        yield people


@asynccontextmanager
async def made_up_day(
    server: LocalServer, people: "dict[str, IRClient]", *, rate: float, seed: int
) -> "AsyncIterator[DemoDay]":
    """A believable day, ready to be played against the server; the sensor is its own."""
    from ir_client import IRClient, TokenCredentials

    from .demo_day import DemoDay

    async with IRClient(server.url, credentials=TokenCredentials(server.ingest_token)) as sensor:
        yield DemoDay(sensor, people, seed=seed, rate=rate, now=_now)


def _now() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)
