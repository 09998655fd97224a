"""Keys of the analyst's own, where they are not those of the table."""

from ir_console.tui.screens.pager import PagerView
from tests.support.builders import an_alert
from tests.support.console import Console, a_console
from tests.support.memory_server import MemoryServer
from tests.support.rows import a_row

KEYS = {
    "bulk.hidden": "w",
    "choice.down": "d",
    "comment.new_line": "f2",
    "dialog.leave": "x",
    "help.down": "f3",
    "notice.history": "f4",
    "pager.down": "d",
    "pager.leave": "x",
    "pager.search": "f",
    "reader.last": "$",
    "console.quit": "f9",
    "button.next": "d",
}


def a_server() -> MemoryServer:
    server = MemoryServer()
    for number in range(1, 5):
        received = a_row(number).received
        fields = {"title": f"Alert {number:03}", "severity": ("high", "low")[number % 2]}
        server.hold(an_alert(id=number, received_at=received, revision=1, **fields))
    return server


def chosen(console: Console) -> str:
    return next(line for line in console.text.splitlines() if "❯" in line)


async def test_dialogs_and_menus_are_answered_by_keys_of_ones_own() -> None:
    server = a_server()
    async with a_console(server, size=(80, 24), keys=KEYS) as console:
        await console.sees("Alert 004")
        await console.press("s", "d", "enter")
        await console.until(lambda: server.stored[4].status == "triaged")
        await console.press("s")
        await console.sees("Status of #4")
        await console.press("q")
        await console.press("x")
        await console.no_longer_sees("Status of #4")
        await console.press("c")
        await console.sees("Enter sends it · F2 new line · Esc leaves it")
        await console.press("u", "f2", "v", "enter")
        await console.until(lambda: bool(server.timelines.get(4)))
        assert server.timelines[4][-1].comment == "u\nv"
        await console.press("f4")
        await console.sees("Messages · ")
        await console.press("f4")
        await console.no_longer_sees("Messages · ")
        await console.press("slash", *"severity:low", "enter")
        await console.press("*", "slash")
        await console.press("ctrl+u", *"severity:high", "enter", "space", "s")
        await console.sees("the filter hides · w adds them")
        await console.press("w")
        await console.sees("Status of 3 alerts", "w leaves them out")


async def test_pager_reader_and_help_have_keys_of_ones_own() -> None:
    async with a_console(a_server(), size=(80, 24), keys=KEYS) as console:
        await console.sees("Alert 004")
        await console.press("v")
        await console.sees("#4 as JSON", "f search", "x back")
        await console.press("d", "d")
        assert console.app.screen.query_one(PagerView).scroll_offset.y == 2
        await console.press("f", *"Alert", "enter", "x")
        await console.no_longer_sees("as JSON")
        await console.press("enter", "$")
        await console.until(lambda: console.app.live.reader.scroll_offset.y > 0)
        await console.press("question_mark")
        await console.sees("↑ F3 choose", "❯ j  ↓")
        await console.press("f3")
        await console.until(lambda: "k  ↑" in chosen(console))
