"""The filter as it is typed: live, forgiving, completed, and always the same language."""

import pytest
from textual.events import Key

from ir_client.wire.auth import UserRef
from ir_console.model import sieve
from ir_console.model.filters import read_filter
from ir_console.model.sieve import SearchSize
from ir_console.tui.screens import searching
from ir_console.tui.screens.live import LiveScreen
from ir_console.tui.widgets.filter_bar import FilterBar
from tests.support.builders import an_alert
from tests.support.console import Console, a_console
from tests.support.memory_server import MemoryServer

SIZES = [(80, 24), (160, 50)]


def a_server() -> MemoryServer:
    server = MemoryServer()
    me = UserRef(id=7, username="dana")
    server.hold(an_alert(id=1, title="Beacon", severity="high", affected_hostname="web-01"))
    server.hold(an_alert(id=2, title="Beacon", severity="low", source_port=4444))
    server.hold(
        an_alert(id=3, title="Printer", severity="low", assigned_analyst=me, assigned_analyst_id=7)
    )
    return server


def matching(console: Console) -> set[int]:
    return console.app.state.view.shown_matching()


@pytest.mark.parametrize("size", SIZES)
async def test_fields_and_words_filter_while_they_are_typed(size: tuple[int, int]) -> None:
    async with a_console(a_server(), size=size) as console:
        await console.sees("Printer")
        await console.press("/")
        await console.sees("words, or", "severity >= high")
        await console.type("beacon")
        await console.until(lambda: matching(console) == {1, 2})
        await console.type(" host:web-*")
        await console.until(lambda: matching(console) == {1})
        await console.sees("1 of 3")
        await console.press("enter")
        await console.sees("/ beacon host:web-*  1 of 3 alerts")


@pytest.mark.parametrize("size", SIZES)
async def test_mistake_is_marked_in_place_and_the_last_good_filter_stays(
    size: tuple[int, int],
) -> None:
    async with a_console(a_server(), size=size) as console:
        await console.sees("Printer")
        await console.press("/")
        await console.type("beacon")
        await console.until(lambda: matching(console) == {1, 2})
        await console.type(" severity: hihg")
        await console.sees("^^^^", "`hihg` is no severity")
        lines = console.text.splitlines()
        (typed,) = (line for line in lines if "severity: hihg" in line)
        (marks,) = (line for line in lines if "^^^^" in line)
        assert marks.index("^") == typed.index("hihg")
        assert matching(console) == {1, 2}
        await console.press("enter")
        assert console.app.live.filter_bar.is_open
        await console.press("backspace", "backspace", "backspace", "i", "g", "h", "enter")
        await console.sees("/ beacon severity: high")
        assert matching(console) == {1}


async def test_a_mistake_says_at_once_that_the_count_is_of_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with a_console(a_server(), size=(160, 50)) as console:
        await console.sees("Printer")
        await console.press("/")
        await console.type("beacon")
        await console.sees("2 of 3")
        # Nothing else that comes round by itself may be what says it.
        monkeypatch.setattr(LiveScreen, "show_bars", lambda _: None)
        await console.type(" severity: hihg")
        await console.sees("2 of 3 as before")


async def test_only_the_last_of_what_was_typed_meanwhile_is_searched_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with a_console(a_server(), size=(80, 24)) as console:
        await console.sees("Printer")
        console.app.state.set_filter(read_filter("beacon"))
        searched: list[str] = []
        monkeypatch.setattr(
            console.app.state.sieve, "change", lambda wanted, **_: searched.append(wanted.text)
        )
        for text in ("p", "pr", "pri"):
            console.app.live.post_message(FilterBar.Typed(read_filter(text)))
        await console.until(lambda: bool(searched))
        assert searched == ["pri"]


async def test_tab_completes_names_and_values() -> None:
    async with a_console(a_server(), size=(80, 24)) as console:
        await console.sees("Printer")
        await console.press("/")
        await console.type("sev")
        await console.sees("Tab [severity:]")
        await console.press("tab")
        await console.sees("[critical]", "high", "info")
        await console.press("down", "tab", "enter")
        await console.sees("/ severity: high  1 of 3 alerts")
        assert console.cursor is not None


async def test_escape_gives_up_what_was_typed_also_when_it_cannot_be_read() -> None:
    async with a_console(a_server(), size=(80, 24)) as console:
        await console.sees("Printer")
        await console.press("/")
        await console.type("beacon")
        await console.press("enter", "/")
        await console.type(" severity: (")
        await console.sees("(")
        await console.press("escape")
        await console.sees("/ beacon  2 of 3 alerts")
        assert matching(console) == {1, 2}
        await console.press("/", "enter")
        assert matching(console) == {1, 2}


async def test_me_is_the_user_who_is_logged_in() -> None:
    async with a_console(a_server(), size=(80, 24)) as console:
        await console.sees("Printer")
        await console.press("/")
        await console.type("assignee: me")
        await console.press("enter")
        await console.until(lambda: matching(console) == {3})


async def test_question_about_what_rows_lack_is_answered_from_the_alerts() -> None:
    async with a_console(a_server(), size=(80, 24)) as console:
        await console.sees("Printer")
        await console.press("/")
        await console.type("source_port: 4444")
        await console.until(lambda: matching(console) == {2})
        await console.type(" and beacon")
        await console.press("enter")
        assert matching(console) == {2}


async def test_letters_right_behind_the_slash_are_typed_and_do_not_act() -> None:
    async with a_console(a_server(), size=(80, 24)) as console:
        await console.sees("Printer")
        for key, character in (("slash", "/"), ("s", "s"), ("e", "e"), ("v", "v")):
            console.app.post_message(Key(key, character))  # without waiting in between
        await console.until(lambda: console.app.live.filter_bar.is_open)
        await console.sees(" / sev")
        assert len(console.app.screen_stack) == 1


async def test_very_many_alerts_are_searched_while_the_console_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(searching, "_BREATH_SECONDS", 3600.0)
    monkeypatch.setattr(sieve, "AT_ONCE_SECONDS", 0.0)
    async with a_console(a_server(), size=(160, 50)) as console:
        await console.sees("Printer")
        console.app.state.sieve.size = SearchSize(at_one_go=1, slice=1, first=1)
        await console.press("/", "p")
        await console.sees("1 of 3, 33% searched")


async def test_a_search_of_very_many_alerts_goes_on_by_itself() -> None:
    async with a_console(a_server(), size=(80, 24)) as console:
        await console.sees("Printer")
        search = console.app.state.sieve
        search.size = SearchSize(at_one_go=1, slice=1, first=1)
        await console.press("/", *"beacon")
        await console.until(lambda: not search.is_searching)
        assert matching(console) == {1, 2}
        assert "searched" not in console.text


async def test_letters_lay_out_nothing_and_a_long_line_shows_its_end() -> None:
    async with a_console(a_server(), size=(80, 24)) as console:
        await console.sees("Printer")
        await console.press("/")
        await console.type("be")
        await console.sees("2 of 3")
        layouts: list[object] = []
        console.app.live.screen_layout_refresh_signal.subscribe(console.app, layouts.append)
        await console.type("ac")
        await console.sees("/ beac")
        assert layouts == []
        await console.type("on" + " or web" * 20 + " end")
        await console.sees("or web end")
