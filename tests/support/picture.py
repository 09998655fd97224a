"""Draw the README's picture: the demo's console, an alert in work, as SVG.

python -m tests.support.picture docs/console.svg
"""

import asyncio
import sys
from pathlib import Path

from textual.pilot import Pilot

from ir_client.book import AlertRow
from ir_console.cli.demo import ANALYST, PROFILE, made_up_day, staff
from ir_console.cli.local_server import local_server
from ir_console.tui.app import ConsoleApp
from ir_console.tui.screen_text import save_picture

SIZE = (150, 42)
STEPS, LATER_STEPS = 60, 14
RATE = 4.0


async def draw(picture: Path) -> None:
    async with (
        local_server() as server,
        staff(server) as people,
        made_up_day(server, people, rate=RATE, seed=1) as day,
    ):
        await day.begin(STEPS)
        await day.play(STEPS // 3)
        app = ConsoleApp(people[ANALYST], profile=PROFILE)
        async with app.run_test(size=SIZE, notifications=True) as pilot:
            await until(pilot, lambda: len(app.state.book) >= STEPS)
            app.state.viewport.move_to(worth_reading(app).id)
            await pilot.press("a")
            await until(pilot, lambda: "yours" in shown(app))
            await day.play(LATER_STEPS)
            await pilot.pause(1.0)
            save_picture(app, picture)


def worth_reading(app: ConsoleApp) -> AlertRow:
    """The newest critical alert that is nobody's."""
    return next(
        app.state.book.rows[row.id]
        for row in app.state.view
        if row.severity == "critical" and app.state.book.rows[row.id].assigned_to is None
    )


def shown(app: ConsoleApp) -> str:
    return " ".join(toast.headline for toast in app.state.toasts.visible(app.clock()))


async def until(pilot: Pilot[None], condition: object) -> None:
    async with asyncio.timeout(120):
        while not condition():  # type: ignore[operator] # a function of no arguments
            await pilot.pause(0.05)


if __name__ == "__main__":
    asyncio.run(draw(Path(sys.argv[1])))
