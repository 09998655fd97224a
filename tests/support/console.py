"""Run the console over a server in memory and wait for what a person would wait for."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from textual.events import Key
from textual.keys import _character_to_key
from textual.pilot import Pilot

from ir_console.feed import ConsoleClient
from ir_console.settings import ConsoleSettings
from ir_console.shelf import Shelf
from ir_console.tui.app import ConsoleApp
from ir_console.tui.screen_text import screen_text
from tests.support.builders import NOON
from tests.support.memory_server import MemoryServer

_TRIES = 400
_PAUSE_SECONDS = 0.01


def at_sizes(quick: tuple[int, int], *others: tuple[int, int]) -> list[Any]:
    """Sizes of the terminal: one for every run, and others for the slow proofs.

    What a screen looks like at each size is held by the golden screens in every run.
    """
    return [quick, *(pytest.param(size, marks=pytest.mark.prove) for size in others)]


@dataclass
class Console:
    """A running console and the hands on its keyboard."""

    app: ConsoleApp
    pilot: Pilot[None]
    tries: int = _TRIES

    @property
    def text(self) -> str:
        return screen_text(self.app)

    @property
    def cursor(self) -> int | None:
        return self.app.state.viewport.cursor

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def type(self, text: str) -> None:
        # Without waiting behind each key, as one who types fast; the toolkit's pilot takes 40 ms.
        for character in text:
            self.app.post_message(Key(_character_to_key(character), character))
        await self.pilot.pause()

    async def until(self, condition: Callable[[], bool], what: str = "") -> None:
        """Wait until a condition holds."""
        for _ in range(self.tries):
            if condition():
                await self.pilot.pause()
                return
            await self.pilot.pause(_PAUSE_SECONDS)
        raise AssertionError(f"waited in vain for {what or 'it'}; the screen:\n{self.text}")

    async def sees(self, *texts: str) -> None:
        """Wait until all texts are on the screen."""
        await self.until(lambda: all(text in self.text for text in texts), " and ".join(texts))

    async def no_longer_sees(self, text: str) -> None:
        """Wait until a text is gone."""
        await self.until(lambda: text not in self.text, f"{text} to go")


@asynccontextmanager
async def a_console(
    server: ConsoleClient | None = None,
    *,
    size: tuple[int, int] = (120, 40),
    tries: int = _TRIES,
    wall_clock: Callable[[], float] = lambda: NOON.timestamp() + 60,
    shelf: Shelf | None = None,
    **settings: Any,
) -> AsyncIterator[Console]:
    """A console connected to `server`; all alerts, a minute past noon, unless told otherwise."""
    given = {"frames_per_second": 60, "view": "All"} | settings
    app = ConsoleApp(
        server or MemoryServer(),
        settings=ConsoleSettings(**given),
        profile="test",
        wall_clock=wall_clock,
        shelf=shelf,
    )
    async with app.run_test(size=size, notifications=True) as pilot:
        yield Console(app, pilot, tries)
