"""The live screen as a person sees it, at the sizes people have."""

import asyncio
from typing import Any

import pytest
from textual.widgets import Input

from ir_console.model.filters import EVERYTHING
from ir_console.model.looks import severity_look
from tests.support.builders import an_alert
from tests.support.console import Console, a_console
from tests.support.memory_server import MemoryServer
from tests.support.rows import a_row


def a_server(alerts: int = 0, **fields: Any) -> MemoryServer:
    server = MemoryServer()
    for number in range(1, alerts + 1):
        server.hold(numbered(number, **fields))
    return server


def numbered(number: int, **fields: Any) -> Any:
    received = a_row(number).received
    return an_alert(
        **{"id": number, "title": f"Alert {number:03}", "received_at": received} | fields
    )


def lines_with(console: Console, text: str) -> list[int]:
    return [y for y, line in enumerate(console.text.splitlines()) if text in line]


SIZES = [(60, 15), (80, 24), (100, 30), (120, 40), (160, 50), (200, 60)]


@pytest.mark.parametrize("size", SIZES)
async def test_everything_needed_is_on_the_screen_at_every_size(size: tuple[int, int]) -> None:
    async with a_console(a_server(80), size=size) as console:
        await console.sees("● Live", "Alert 080", "▼ Following", "? help", "SEV", "80")
        assert console.cursor == 80
        assert len(console.text.splitlines()) == size[1]


async def test_alert_that_goes_to_another_team_is_gone_but_not_from_under_the_cursor() -> None:
    server = a_server(3)
    async with a_console(server) as console:
        await console.sees("Alert 003")
        server.withdraw(2)
        await console.no_longer_sees("Alert 002")
        server.withdraw(3)
        await console.sees("no longer yours to see: another team", "Alert 003", "1 of 2")
        await console.press("a")
        await console.sees("#3 is no longer yours to see")
        await console.press("j")
        await console.no_longer_sees("Alert 003")
        await console.sees("1 of 1", "#1")


async def test_filter_shows_the_rows_that_it_chooses_also_where_the_reader_hides_them() -> None:
    async with a_console(a_server(3), size=(80, 24)) as console:
        await console.sees("Alert 003")
        await console.press("enter")
        await console.no_longer_sees("Alert 001")
        await console.press("slash", "0", "0", "1")
        await console.sees("1 of 3")
        await console.sees("Alert 001")


async def test_posted_alert_becomes_a_row_and_counts() -> None:
    server = a_server()
    async with a_console(server) as console:
        await console.sees("No alerts. All quiet.")
        server.publish(numbered(1, severity="critical"))
        await console.sees("Alert 001", "◆ Critical 1", "New 1")


async def test_changed_alert_changes_row_counter_and_reader() -> None:
    server = a_server(3)
    async with a_console(server, size=(160, 50)) as console:
        await console.sees("Alert 003", "New 3")
        server.change(3, status="contained")
        await console.sees("New 2", "Contained 1", "Δ Status          Contained")
        await console.sees("lee status New → Contained")


async def test_counters_agree_with_the_rows_in_a_storm() -> None:
    server = a_server(40)
    async with a_console(server, size=(160, 50)) as console:
        await console.sees("Alert 040")
        for number in range(41, 141):
            server.publish(numbered(number, severity=("critical", "low")[number % 2]))
            server.change(number - 40, status="closed")
        await console.until(lambda: len(console.app.state.view) == 140)
        view = console.app.state.view
        for severity, count in view.by_severity().items():
            assert f"{severity_look(severity).word} {count}" in console.text
        assert view.by_severity() == console.app.state.book.counts.by_severity(open_only=False)


async def test_anchored_cursor_keeps_alert_and_line_while_alerts_arrive() -> None:
    server = a_server(60)
    async with a_console(server) as console:
        await console.sees("Alert 060")
        await console.press("j", "j", "j")
        (line,) = lines_with(console, "❯")
        for number in range(61, 71):
            server.publish(numbered(number))
        await console.sees("▲ 10 new")
        assert console.cursor == 57
        assert lines_with(console, "❯") == [line]
        await console.press("f")
        await console.sees("Alert 070", "▼ Following")


async def test_following_cursor_slides_down_and_is_pinned() -> None:
    server = a_server(60)
    async with a_console(server, size=(80, 24)) as console:
        await console.sees("Alert 060")
        for number in range(61, 101):
            server.publish(numbered(number))
        await console.sees("Alert 100", "pinned")
        assert console.cursor == 60
        assert "❯" in console.text.splitlines()[lines_with(console, "Alert 060")[0]]


async def test_held_display_lets_nothing_in_until_resumed() -> None:
    server = a_server(5)
    async with a_console(server) as console:
        await console.sees("Alert 005")
        await console.press("=")
        server.publish(numbered(6))
        await console.sees("‖ Held · 1 waiting", "1 of 5")
        assert 6 not in [row.id for row in console.app.state.view]
        await console.press("=")
        await console.sees("2 of 6", "New 6")


@pytest.mark.parametrize(
    ("keys", "cursor"),
    [
        (["j"], 59),
        (["down", "down", "up"], 59),
        (["G"], 1),
        (["end", "home"], 60),
        (["G", "k"], 2),
        (["ctrl+d", "ctrl+u"], 60),
        (["pagedown", "pageup"], 60),
        (["J", "J", "K"], 59),
        (["e"], 40),
        (["e", "e"], 20),
        (["G", "E"], 20),
    ],
)
async def test_keys_move_the_cursor(keys: list[str], cursor: int) -> None:
    server = a_server(60)
    for number in (20, 40):
        server.hold(numbered(number, severity="critical"))
    async with a_console(server) as console:
        await console.sees("Alert 060")
        await console.press(*keys)
        assert console.cursor == cursor
        await console.sees("❯")


async def test_filter_is_live_and_letters_do_nothing_else_while_typing() -> None:
    server = a_server(30)
    server.hold(numbered(31, title="axqs special"))
    async with a_console(server) as console:
        await console.sees("Alert 030")
        await console.press("/")
        await console.type("axqs")
        await console.sees("1 of 31", "axqs special")
        assert server.alerts.updates == []
        await console.press("enter")
        await console.sees("/ axqs")
        await console.press("escape")
        await console.sees("Alert 030")
        assert console.app.state.filter == EVERYTHING


async def test_escape_in_the_filter_brings_back_what_was() -> None:
    async with a_console(a_server(30)) as console:
        await console.sees("Alert 030")
        await console.press("/")
        await console.type("id: 7")
        await console.sees("1 of 30")
        await console.press("escape")
        await console.sees("Alert 030", "▼ Following")


async def test_nothing_found_says_so() -> None:
    async with a_console(a_server(3)) as console:
        await console.sees("Alert 003")
        await console.press("/")
        await console.type("zzz")
        console.app.live.query_one("#filter", Input).value = "zzz"
        await console.press("enter", "j", "k")
        # The chosen alert stays as a ghost until the cursor can move; there is nowhere to go.
        await console.sees("gone from the filter", "0 of 3 alerts")


async def test_alert_that_leaves_the_filter_stays_as_a_ghost_until_the_cursor_moves() -> None:
    server = a_server(5)
    async with a_console(server) as console:
        await console.sees("Alert 005")
        await console.press("/")
        await console.type("status: new")
        await console.press("enter", "j")
        server.change(4, status="closed")
        await console.sees("gone from the filter")
        assert console.cursor == 4
        await console.press("j")
        await console.until(lambda: len(console.app.state.view) == 4)
        assert console.cursor == 3


async def test_compact_reader_takes_the_screen_and_gives_it_back() -> None:
    server = a_server(30)
    async with a_console(server, size=(80, 24)) as console:
        await console.sees("Alert 030")
        await console.press("j", "enter")
        await console.sees("Triage ───", "Esc back")
        assert console.cursor == 29
        await console.press("J")
        await console.sees("#28")
        await console.press("escape")
        await console.sees("Alert 030", "a take")


async def test_reader_keeps_its_place_when_its_alert_changes() -> None:
    server = a_server(3, description="\n".join(f"line {n}" for n in range(80)))
    async with a_console(server, size=(120, 40)) as console:
        await console.sees("Alert 003")
        await console.press("enter", *["ctrl+d"] * 3)
        reader = console.app.live.reader
        place = reader.scroll_offset.y
        assert place == 30
        server.change(3, severity="low")
        await console.until(lambda: console.app.state.book.rows[3].severity == "low")
        assert reader.scroll_offset.y == place


async def test_terminal_too_small_says_so_and_recovers() -> None:
    async with a_console(a_server(30), size=(80, 24)) as console:
        await console.sees("Alert 030")
        await console.pilot.resize_terminal(50, 12)
        await console.sees("terminal too small (60x15 needed)")
        assert "Alert" not in console.text
        await console.pilot.resize_terminal(120, 40)
        await console.sees("Alert 030", "▼ Following", "Triage")


@pytest.mark.parametrize("size", [(30, 10), (59, 15), (80, 5)])
async def test_too_small_terminal_is_told_in_full_and_can_be_quit(size: tuple[int, int]) -> None:
    async with a_console(a_server(3), size=size) as console:
        await console.sees("terminal too small", "q quits")
        assert "(60x15 needed)" in " ".join(console.text.split())
        await console.press("q")
        await console.until(lambda: not console.app.is_running)


async def test_terminal_that_grows_under_another_screen_recovers_too() -> None:
    async with a_console(a_server(30), size=(80, 24)) as console:
        await console.sees("Alert 030")
        await console.pilot.resize_terminal(50, 12)
        await console.sees("terminal too small (60x15 needed)")
        await console.press("ctrl+p")
        await console.until(lambda: len(console.app.screen_stack) == 3)
        await console.pilot.resize_terminal(120, 40)
        await console.press("escape")
        await console.sees("Alert 030", "▼ Following")


async def test_resizing_in_a_storm_keeps_the_cursor_on_its_alert() -> None:
    server = a_server(60)
    async with a_console(server, size=(160, 50)) as console:
        await console.sees("Alert 060")
        await console.press("j", "j")
        for step, size in enumerate(((80, 24), (200, 60), (60, 15), (120, 40))):
            for number in range(10):
                server.publish(numbered(61 + step * 10 + number))
            await console.pilot.resize_terminal(*size)
            await console.until(lambda count=61 + step * 10: len(console.app.state.view) > count)
            assert console.cursor == 58
            await console.sees("❯")


async def test_click_chooses_a_row_and_a_second_one_opens_it() -> None:
    async with a_console(a_server(30), size=(80, 24)) as console:
        await console.sees("Alert 030")
        await console.pilot.click("#table", offset=(20, 4))
        assert console.cursor == 26
        await console.pilot.click("#table", offset=(20, 4), times=2)
        await console.sees("Esc back", "#26")


async def test_wheel_looks_elsewhere_without_moving_the_cursor() -> None:
    server = a_server(200)
    async with a_console(server) as console:
        await console.sees("Alert 200")
        console.app.live.table.scroll_to(y=100, animate=False)
        await console.sees("Alert 100")
        assert console.cursor == 200
        await console.press("a")
        await console.sees("press again", "Alert 200")
        assert server.stored[200].status == "new"


async def test_help_opens_searches_and_closes() -> None:
    async with a_console(a_server(3), size=(80, 24)) as console:
        await console.sees("Alert 003")
        await console.press("?")
        await console.sees("Help", "next alert")
        await console.type("comment")
        await console.sees("write a comment")
        await console.no_longer_sees("next alert")
        await console.press("escape")
        await console.sees("▼ Following")


async def test_palette_offers_the_actions_and_the_themes() -> None:
    async with a_console(a_server(3)) as console:
        await console.sees("Alert 003")
        await console.press("ctrl+p")
        await console.type("light")
        await console.sees("Theme: light")
        await console.press("enter")
        await console.until(lambda: console.app.theme == "ir-light")


async def test_theme_key_goes_round() -> None:
    async with a_console(a_server(1)) as console:
        await console.sees("Alert 001")
        seen = []
        for _ in range(4):
            await console.press("t")
            seen.append(console.app.theme)
        assert seen == ["ir-light", "ir-high-contrast", "ir-color-blind", "ir-dark"]


async def test_quitting_leaves_no_task() -> None:
    before = asyncio.all_tasks()
    async with a_console(a_server(3)) as console:
        await console.sees("Alert 003")
        await console.press("q")
        await console.until(lambda: not console.app.is_running)
    assert asyncio.all_tasks() <= before


async def test_other_keys_act_and_are_shown_and_are_typed_into_the_filter() -> None:
    server = MemoryServer()
    server.hold(an_alert(id=1))
    server.hold(an_alert(id=2))
    async with a_console(server, keys={"mark.one": "w", "console.help": "f2"}) as console:
        await console.sees("of 2")
        await console.press("space")
        assert not len(console.app.state.marks)
        await console.press("w")
        assert len(console.app.state.marks) == 1
        await console.press("slash", "w")
        assert console.app.state.filter.text == "w"
        assert len(console.app.state.marks) == 1
        await console.press("escape", "f2")
        await console.sees("Search: ", "w                        mark the alert")


async def test_marking_is_in_the_palette_with_its_key() -> None:
    server = MemoryServer()
    server.hold(an_alert(id=1))
    server.hold(an_alert(id=2))
    async with a_console(server, keys={"mark.all": "ctrl+a"}) as console:
        await console.sees("of 2")
        await console.press("ctrl+p")
        await console.type("mark all")
        await console.sees("Mark all that the filter shows", "Key Ctrl-A")
        await console.press("enter", "enter")
        await console.until(lambda: len(console.app.state.marks) == 2)
