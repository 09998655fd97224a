"""Tones become colours here, and text stays text."""

import pytest
from rich.cells import cell_len
from textual.geometry import Region

from ir_console.model.columns import plan_columns, row_line
from ir_console.model.spans import Span, Tone
from ir_console.model.themes import DARK, PALETTES
from ir_console.tui.painter import Ground, Painter, theme_of
from tests.support.builders import an_alert
from tests.support.console import a_console
from tests.support.memory_server import MemoryServer
from tests.support.rows import a_row

WILD = ("漢字" * 40, "e\u0301" * 50, "👩‍👩‍👧 family", "\u202egnp", "x" * 400, "", "🇩🇪🇫🇷" * 9)


@pytest.mark.parametrize("width", range(20, 241, 5))
def test_strips_are_exactly_as_wide_as_asked(width: int) -> None:
    painter = Painter(DARK)
    columns = plan_columns(width)
    for text in WILD:
        line = (Span("❯ "), *row_line(a_row(title=text, source=text), columns, 0.0))
        strip = painter.strip(line, width)
        assert sum(cell_len(segment.text) for segment in strip) == width
        assert strip.cell_length == width


def test_markup_in_text_is_text() -> None:
    strip = Painter(DARK).strip((Span("[b]x[/b] [@click=app.quit]y[/]"),), 30)
    assert strip.text == "[b]x[/b] [@click=app.quit]y[/]"
    assert all(not segment.style or not segment.style.meta for segment in strip)


def test_cursor_row_is_told_by_ground_for_every_tone() -> None:
    painter = Painter(DARK)
    grounds = {painter.style(tone, Ground.CURSOR).bgcolor for tone in Tone}
    assert len(grounds) == 1
    assert grounds != {painter.style().bgcolor}


@pytest.mark.parametrize("name", PALETTES)
def test_theme_takes_its_colours_from_the_palette(name: str) -> None:
    theme = theme_of(PALETTES[name])
    assert theme.background == PALETTES[name].background
    assert theme.dark is PALETTES[name].is_dark


async def test_no_color_is_grey(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    server = MemoryServer()
    for number, severity in enumerate(("critical", "high", "low"), start=1):
        server.hold(an_alert(id=number, severity=severity))
    async with a_console(server) as console:
        await console.sees("◆ Critical 1")
        shades = {
            color.get_truecolor()
            for widget in (console.app.live.table, console.app.live.reader)
            for strip in widget.render_lines(Region(0, 0, 60, 10))
            for _, style, _ in strip
            if style is not None
            for color in (style.color, style.bgcolor)
            if color is not None
        }
    assert len(shades) > 3
    assert all(max(shade) - min(shade) <= 1 for shade in shades)
