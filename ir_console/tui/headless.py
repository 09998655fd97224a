"""Run the console without a terminal: for pipelines, pictures and tests.

It is the same console, with the same keys; only nobody looks at it.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path

from .app import ConsoleApp
from .screen_text import save_picture, screen_text

_POLL_SECONDS = 0.05


class NotReachedError(Exception):
    """The console ran, but what was waited for did not come; `screen` is its last screen."""

    def __init__(self, timeout_seconds: float, screen: str) -> None:
        super().__init__(f"The console did not get there within {timeout_seconds:g} s")
        self.screen = screen


async def run_headless(
    app: ConsoleApp,
    *,
    until: Callable[[ConsoleApp], bool],
    size: tuple[int, int] = (120, 40),
    timeout: float = 60.0,
    picture: Path | None = None,
) -> str:
    """Run the console until a condition holds; return its last screen as text.

    With `picture` the screen is written to that file as SVG too. Raises NotReachedError after
    `timeout` seconds.
    """
    async with app.run_test(size=size, notifications=True) as pilot:
        try:
            async with asyncio.timeout(timeout):
                while not until(app):
                    await pilot.pause(_POLL_SECONDS)
        except TimeoutError:
            raise NotReachedError(timeout, screen_text(app)) from None
        # The state may be ahead of the screen, by as long as a frame lasts.
        app.show_frame()
        await pilot.pause()
        if picture is not None:
            save_picture(app, picture)
        return screen_text(app)
