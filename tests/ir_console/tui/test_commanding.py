"""Commands, the menu and the help that is run, on the screen."""

import pytest
from textual.events import Key

from ir_console.settings import ViewSettings, load_settings
from tests.support.builders import an_alert
from tests.support.console import Console, a_console, at_sizes
from tests.support.memory_server import MemoryServer


def a_server() -> MemoryServer:
    server = MemoryServer()
    for number, (severity, host) in enumerate(
        [("low", "web-01"), ("critical", "db-01"), ("high", "web-01"), ("low", "web-01")], 1
    ):
        alert = an_alert(id=number, severity=severity, affected_hostname=host)
        server.hold(alert.model_copy(update={"title": f"Alert {number}"}))
    return server


def lines(console: Console) -> list[int]:
    view = console.app.state.view
    return [view.row_at(index).id for index in range(len(view))]


async def command(console: Console, text: str) -> None:
    await console.press("colon")
    await console.type(text)
    await console.press("enter")


@pytest.mark.parametrize("size", at_sizes((80, 24), (160, 50)))
async def test_commands_are_typed_completed_and_refused_in_place(size: tuple[int, int]) -> None:
    async with a_console(a_server(), size=size) as console:
        await console.sees("Alert 4")
        await console.press("colon")
        await console.type("so")
        await console.sees(" : so", "Tab [sort]")
        await console.press("tab")
        await console.type("sev")
        await console.sees("[severity]")
        await console.press("tab", "enter")
        await console.until(lambda: lines(console) == [2, 3, 4, 1])
        await console.sees("[All*]", "▾ severity")
        await command(console, "sort hsot")
        await console.sees("did you mean host?", "^^^^")
        assert console.app.live.command_bar.is_open
        await console.press("escape", "5")
        await console.until(lambda: lines(console) == [4, 3, 2, 1])
        assert "[All]" in console.text


async def test_groups_are_folded_and_acted_on_as_one() -> None:
    async with a_console(a_server(), size=(80, 24)) as console:
        await console.sees("Alert 4")
        await command(console, "group host")
        await console.sees("▸     3  web-01", "▲H 1 ▽L 2", "▸     1  db-01")
        await console.press("g", "enter")
        await console.sees("▾     3  web-01", "Alert 4")
        await console.press("minus")
        await console.no_longer_sees("Alert 4")
        await console.press("s")
        await console.sees("3 alerts")
        assert console.app.state.marks.visible == {1, 3, 4}
        await console.press("escape", "escape")
        assert not len(console.app.state.marks)


async def test_an_alert_is_gone_to_or_told_to_be_hidden() -> None:
    async with a_console(a_server(), size=(80, 24)) as console:
        await console.sees("Alert 4")
        await command(console, "goto 1")
        await console.until(lambda: console.cursor == 1)
        await command(console, "filter severity: critical")
        await console.until(lambda: console.app.state.view.matching_count == 1)
        await command(console, "goto 4")
        await console.sees("#4 does not pass the filter")
        await command(console, "goto 99")
        await console.sees("There is no alert #99 here")


async def test_a_view_is_kept_written_down_and_chosen_by_its_number(tmp_path: object) -> None:
    file = tmp_path / "console.toml"  # type: ignore[operator]
    async with a_console(a_server(), size=(80, 24)) as console:
        console.app.settings_file = file
        await console.sees("1 Open 4", "[All] 4")
        await command(console, "filter host: web-01")
        await command(console, "view save Web")
        await console.sees("6 [Web] 3")
        await console.press("1")
        await console.sees("1 [Open] 4", "6 Web 3")
        await console.press("6")
        await console.until(lambda: console.app.state.view.matching_count == 3)
        await console.press("9")
        await console.sees("There is no view 9")
    assert load_settings(file).views == (ViewSettings(name="Web", filter="host: web-01"),)


async def test_the_menu_does_what_may_be_done_and_says_why_the_rest_may_not() -> None:
    server = a_server()
    server.hold(an_alert(id=5, status="closed"))
    async with a_console(server, size=(80, 24)) as console:
        await console.sees("of 5")
        await console.press("g", "m")
        await console.sees("#5", "take the alert", "(#5 is closed", "Enter or its key does it")
        await console.press("x")
        assert len(console.app.screen_stack) == 2
        await console.press("c")
        await console.sees("Comment on #5")
        await console.press("escape")


async def test_what_is_chosen_in_the_help_is_done() -> None:
    async with a_console(a_server(), size=(80, 24)) as console:
        await console.sees("Alert 4")
        await console.press("?")
        await console.type("mark all")
        await console.sees("❯ *")
        await console.press("enter")
        await console.until(lambda: len(console.app.state.marks) == 4)
        await console.press("?")
        await console.type("sort by")
        await console.press("down", "enter")
        await console.until(lambda: console.app.live.command_bar.is_open)
        await console.sees(" : sort", "[received]")
        await console.press("escape")


async def test_the_console_opens_on_the_view_of_the_settings() -> None:
    server = a_server()
    server.hold(an_alert(id=5, status="closed"))
    written = (ViewSettings(name="Open", filter="is_open: true", sort="severity"),)
    async with a_console(server, size=(80, 24), view="open", views=written) as console:
        await console.until(lambda: lines(console) == [2, 3, 4, 1])
        await console.sees("1 [Open] 4", "5 All 5")
        await console.press("slash")
        await console.type("alert")
        await console.press("enter")
        await console.sees("[Open*]", "/ is_open: true alert")
        await console.press("escape")
        await console.sees("[Open] 4")


async def test_a_command_typed_in_one_burst_is_done() -> None:
    async with a_console(a_server(), size=(80, 24)) as console:
        await console.sees("Alert 4")
        for character in ":sort severity":
            name = {":": "colon", " ": "space"}.get(character, character)
            console.app.post_message(Key(name, character))
        console.app.post_message(Key("enter", None))
        await console.until(lambda: lines(console) == [2, 3, 4, 1])
        assert not console.app.live.command_bar.is_open


async def test_what_is_typed_right_behind_a_command_is_for_the_table() -> None:
    async with a_console(a_server(), size=(160, 50)) as console:
        await console.sees("Alert 4")
        names = {" ": "space", ":": "colon", "\r": "enter"}
        for character in ":sort severity\rgj":
            # Without waiting in between, as from a terminal that was slow.
            console.app.post_message(Key(names.get(character, character), character))
        await console.until(lambda: console.app.state.viewport.cursor == 3)
        assert lines(console) == [2, 3, 4, 1]


async def test_a_command_that_is_refused_can_be_typed_on() -> None:
    async with a_console(a_server(), size=(80, 24)) as console:
        await console.sees("Alert 4")
        await command(console, "sort sev")
        await console.sees("nothing to sort by")
        await console.type("erity")
        await console.press("enter")
        await console.until(lambda: lines(console) == [2, 3, 4, 1])


async def test_enter_right_behind_tab_comes_after_what_tab_put_in() -> None:
    async with a_console(a_server()) as console:
        await console.sees("Alert 4")
        await console.press("colon")
        await console.type("sort sev")
        # Without waiting in between: `1` behind Esc is for the table.
        for key in ("tab", "enter"):
            console.app.post_message(Key(key, None))
        await console.until(lambda: lines(console) == [2, 3, 4, 1])
        await console.press("colon")
        for key, character in (("x", "x"), ("escape", None), ("5", "5")):
            console.app.post_message(Key(key, character))
        await console.until(lambda: lines(console) == [4, 3, 2, 1])
