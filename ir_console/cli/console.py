"""Open the console, in a terminal and in nothing else."""

import asyncio
import logging
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from pydantic import ValidationError

from .app import Asked
from .connecting import connected
from .exits import UsageProblem
from .output import Output

if TYPE_CHECKING:
    from ir_client import IRClient, Profile
    from ir_console.settings import ConsoleSettings
    from ir_console.tui.app import ConsoleApp

# A closed terminal and a polite kill end the console as its own quit key does.
_ENDING_SIGNALS = (signal.SIGTERM, signal.SIGHUP)
_EXIT_BY_SIGNAL = 128


def open_for(asked: Asked) -> None:
    """Open the console for the current profile."""
    from ir_client.config import load_profile

    if not can_be_shown():
        raise UsageProblem(
            "The console needs a terminal",
            hint="Elsewhere use `ir-console alerts list` or `ir-console tail`.",
        )
    code = asyncio.run(_opened(load_profile(asked.profile, url=asked.url)))
    raise SystemExit(code)


def can_be_shown() -> bool:
    """Whether there is a terminal to read keys from and to draw on."""
    # Textual draws on stderr: a console whose stderr is redirected would be invisible.
    return sys.stdin.isatty() and sys.stdout.isatty() and sys.stderr.isatty()


def console_settings() -> "ConsoleSettings":
    """The settings from the environment, or what is wrong with them."""
    from ir_console.settings import ConsoleSettings

    try:
        return ConsoleSettings()
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = "_".join(str(part) for part in first["loc"])
        raise UsageProblem(
            f"IR_CONSOLE_{name.upper()}: {first['msg']}", hint="Correct or unset it."
        ) from None


async def run_console(app: "ConsoleApp") -> int:
    """Run the console until it is quit or told to end; returns the exit code."""
    quiet_logging()
    with _ended_by_signals(app) as received:
        await app.run_async()
    if received:
        return _EXIT_BY_SIGNAL + received[0]
    return app.return_code or 0


def quiet_logging() -> None:
    """Keep log lines off the terminal that the console draws on."""
    logging.getLogger().addHandler(logging.NullHandler())


async def check_login(client: "IRClient") -> None:
    """Raise now what would otherwise be a console without alerts."""
    from ir_client.errors import PermissionDenied

    # An endpoint token is nobody, and may read all the same.
    with suppress(PermissionDenied):
        await client.auth.me()


async def _opened(profile: "Profile") -> int:
    from ir_console.tui.app import ConsoleApp

    settings = console_settings()
    async with connected(profile, Output.standard()) as client:
        await check_login(client)
        return await run_console(ConsoleApp(client, settings=settings, profile=profile.name))


@contextmanager
def _ended_by_signals(app: "ConsoleApp") -> Iterator[list[int]]:
    loop = asyncio.get_running_loop()
    received: list[int] = []

    def end(number: int) -> None:
        received.append(number)
        app.exit()

    for number in _ENDING_SIGNALS:
        loop.add_signal_handler(number, end, number)
    try:
        yield received
    finally:
        for number in _ENDING_SIGNALS:
            loop.remove_signal_handler(number)
