"""A frame paints what looks otherwise, and nothing else: the rest of the time belongs to keys."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ir_console.tui.widgets.steady_scroll import SteadyScroll
from tests.support.builders import NOON, an_alert
from tests.support.console import Console, a_console
from tests.support.memory_server import MemoryServer
from tests.support.rows import a_row


def numbered(number: int, **fields: Any) -> Any:
    received = a_row(number).received
    return an_alert(
        **{"id": number, "title": f"Alert {number:03}", "received_at": received} | fields
    )


def a_server(alerts: int) -> MemoryServer:
    server = MemoryServer()
    for number in range(1, alerts + 1):
        server.hold(numbered(number))
    return server


@contextmanager
def painted_lines(widget: SteadyScroll) -> Iterator[list[int]]:
    """The lines of the screen that are painted meanwhile."""
    lines: list[int] = []
    paint = widget.render_line

    def noted(y: int) -> Any:
        lines.append(y)
        return paint(y)

    widget.render_line = noted  # type: ignore[method-assign] # to look on
    try:
        yield lines
    finally:
        widget.render_line = paint  # type: ignore[method-assign]


async def moved_from_the_top(console: Console) -> None:
    await console.sees("Alert 080")
    await console.press("j", "j", "j")
    await console.sees("#77", "nothing yet")


async def test_rows_above_the_screen_paint_no_line_and_lay_out_nothing() -> None:
    server = a_server(80)
    async with a_console(server, size=(160, 50), toast_severity="none") as console:
        await moved_from_the_top(console)
        layouts: list[object] = []
        console.app.live.screen_layout_refresh_signal.subscribe(console.app, layouts.append)
        with painted_lines(console.app.live.table) as lines:
            for number in range(81, 90):
                server.publish(numbered(number))
            await console.sees("of 89")
        assert lines == []
        assert layouts == []
        assert console.app.live.table.virtual_size.height == 89


async def test_changed_row_and_moved_cursor_paint_their_lines_only() -> None:
    server = a_server(80)
    async with a_console(server, size=(160, 50), toast_severity="none") as console:
        await moved_from_the_top(console)
        with painted_lines(console.app.live.table) as lines:
            server.publish(numbered(75, revision=9, title="Changed 075"))
            await console.sees("Changed 075")
        assert set(lines) == {5}
        with painted_lines(console.app.live.table) as lines:
            await console.press("j")
            await console.until(lambda: console.cursor == 76)
        assert set(lines) == {3, 4}


async def test_ages_grow_on_their_lines() -> None:
    clock = [NOON.timestamp() + 60]
    server = MemoryServer()
    server.hold(numbered(1, received_at=NOON.timestamp() - 7 * 3600))
    server.hold(numbered(2, received_at=NOON.timestamp()))
    async with a_console(server, size=(160, 50), wall_clock=lambda: clock[0]) as console:
        await console.sees("Alert 002")
        with painted_lines(console.app.live.table) as lines:
            clock[0] += 120
            await console.sees(" 3m")
        assert set(lines) == {0}
