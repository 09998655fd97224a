"""Open the console, in a terminal and in nothing else."""

import asyncio
import gc
import logging
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

from .app import Asked
from .connecting import connected
from .exits import UsageProblem
from .hangup import EXIT_CODE, ended_by_hangup, is_gone
from .opening import Opening
from .output import Output

if TYPE_CHECKING:
    from ir_client import IRClient, PasswordCredentials, Profile
    from ir_console.settings import ConsoleSettings
    from ir_console.tui.app import ConsoleApp

    from .switching import Switching

_EXIT_BY_SIGNAL = 128
_SWITCH_SECONDS = 0.0005
_NEW_OBJECTS_A_COLLECTION = (2_000, 10, 100)


def open_for(asked: Asked, picture: Opening) -> None:
    """Open the console for the current profile; `picture` is what is on the screen until then."""
    from ir_client.config import load_profile

    settings = console_settings()
    first_run = import_module(f"{__package__}.first_run")
    if first_run.is_first_run(asked):
        picture.hand_over()
        first_run.begin(settings)
    else:
        profile = load_profile(asked.profile, url=asked.url)
        picture.show(f"opening {profile.url}")
        open_profile(profile, settings, picture=picture)


def open_profile(
    profile: "Profile",
    settings: "ConsoleSettings",
    credentials: "PasswordCredentials | None" = None,
    *,
    picture: Opening | None = None,
) -> NoReturn:
    """Open the console and end with its exit code; `credentials` where none are kept.

    While another profile is asked for in it, that one's console follows, in the same process.
    """
    from .switching import Switching

    switching = Switching(profile, credentials, settings)
    while True:
        code, wanted = switching.attempt(lambda: asyncio.run(_opened(switching, picture)))
        if not wanted:
            raise SystemExit(code)
        switching.go(wanted)
        if picture is not None:
            picture.show(f"opening {switching.profile.url}")


class _OutputBehind(Output):
    """Says what must be said on the shell's own screen, not on the opening picture."""

    def __init__(self, picture: Opening) -> None:
        super().__init__(sys.stdout, sys.stderr, env=os.environ)
        self._picture = picture

    def note(self, text: str) -> None:
        self._picture.close()
        super().note(text)


def console_settings() -> "ConsoleSettings":
    """The settings from the environment and the settings file, or what is wrong with them."""
    from ir_console.model.keymap import EntryError, Keymap
    from ir_console.model.saved_views import ViewList
    from ir_console.settings import load_settings, settings_path

    path = settings_path()
    settings = load_settings(path)
    try:
        Keymap.of(settings.keys)
        views = ViewList.of(settings.views)
        if views.named(settings.view) is None:
            names = ", ".join(view.name for view in views.views)
            raise EntryError("view", f"there is no view “{settings.view}” (there are {names})")
    except EntryError as error:
        raise UsageProblem(f"{path}: {error}", hint="Correct it.") from None
    return settings


async def run_console(app: "ConsoleApp") -> int:
    """Run the console until it is quit or told to end; returns the exit code."""
    # Log lines would be drawn into the console.
    logging.disable()
    try:
        with (
            few_collections(),
            quick_threads(),
            ended_by_hangup(sys.stdin.fileno()),
            _ended_politely(app, sys.stdin.fileno()) as received,
        ):
            await app.run_async()
    finally:
        logging.disable(logging.NOTSET)
    # The analyst was asked; who ends the console by a signal was not.
    if received and (unsent := app.unsent):
        sys.stderr.write(f"{unsent}\n")
    if received:
        return _EXIT_BY_SIGNAL + received[0]
    return app.return_code or 0


@contextmanager
def few_collections() -> Iterator[None]:
    """Keep garbage collections from coming between a key and its paint.

    Under load Python went through the modules that are loaded every second or two, for 57 ms. What
    is kept of alerts it does not look at (see `rows`), but through those that are on their way it
    goes each time, some 10 ms for 10,000 objects: so fewer at a time. The collections in which
    cycles of closed dialogs go also pass over the books, 80 ms: so rarely.
    """
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(*_NEW_OBJECTS_A_COLLECTION)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


@contextmanager
def quick_threads() -> Iterator[None]:
    """Let the threads that read keys and write pictures have the interpreter soon.

    Each waits for it when it comes back from the terminal, 5 ms as Python has it, and several
    times for one key: under load that was a third of the time until the key was painted.
    """
    before = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCH_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


async def check_login(client: "IRClient") -> None:
    """Raise now what would otherwise be a console without alerts."""
    from ir_client.errors import PermissionDenied

    # An endpoint token is nobody, and may read all the same.
    with suppress(PermissionDenied):
        await client.auth.me()


async def _opened(switching: "Switching", picture: Opening | None) -> tuple[int, str]:
    """The exit code, and the profile that is to be opened next, if any."""
    from ir_console.settings import settings_path
    from ir_console.shelf import Shelf
    from ir_console.tui.app import ConsoleApp

    output = Output.standard() if picture is None else _OutputBehind(picture)
    profile = switching.profile
    async with connected(profile, output, switching.credentials) as client:
        await check_login(client)
        app = ConsoleApp(
            client,
            settings=switching.settings,
            profile=profile.name,
            settings_file=settings_path(),
            shelf=Shelf.of(profile.name, profile.url),
            profiles=switching.profiles(),
        )
        if (notice := switching.take_notice()) is not None:
            app.state.toasts.tell(notice, asyncio.get_running_loop().time())
        if picture is not None:
            picture.hand_over()
        code = await run_console(app)
        return code, "" if code else app.profiles.wanted


@contextmanager
def _ended_politely(app: "ConsoleApp", terminal: int) -> Iterator[list[int]]:
    """Let SIGTERM and SIGHUP quit the console as its own key does: the terminal is restored.

    A second one ends the process at once, and so does a SIGHUP without a terminal behind it.
    """
    loop = asyncio.get_running_loop()
    received: list[int] = []

    def quit_once(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 # the signature
        if number == signal.SIGHUP and is_gone(terminal):
            os._exit(EXIT_CODE)
        signal.signal(number, signal.SIG_DFL)
        received.append(number)
        loop.call_soon_threadsafe(app.exit)

    before = {number: signal.signal(number, quit_once) for number in _heeded()}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _heeded() -> list[signal.Signals]:
    # Started with nohup, SIGHUP is to be ignored.
    asked_to_end = (signal.SIGTERM, signal.SIGHUP)
    return [number for number in asked_to_end if signal.getsignal(number) != signal.SIG_IGN]
