"""The dialogs at the sizes people have: all choices, the field to write in, and what to press."""

from collections.abc import Sequence

import pytest
from textual.events import Key

from tests.support.builders import an_alert
from tests.support.console import Console, a_console, at_sizes
from tests.support.memory_server import MemoryServer

SIZES = at_sizes((80, 24), (60, 15), (60, 24), (80, 23), (120, 40))
TITLE = "A title that takes several lines of a dialog, as titles of rules do " * 3


def a_server() -> MemoryServer:
    server = MemoryServer()
    server.hold(an_alert(id=3, title=TITLE))
    return server


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("key", "texts"),
    [
        ("s", ["Status of #3", "1  New", "9  Closed", "Esc leaves it"]),
        ("x", ["Close #3", "1  True", "5  Incon", "Why? (may stay empty)", "Esc leaves it"]),
        ("c", ["Comment on #3", "Esc leaves it"]),
        ("?", ["Help", "Search: take", "next alert", "Esc leaves"]),
    ],
)
async def test_dialog_is_whole(size: tuple[int, int], key: str, texts: Sequence[str]) -> None:
    async with a_console(a_server(), size=size) as console:
        await console.sees("❯")
        await console.press(key)
        await console.sees(*texts)
        assert has_both_edges(console)


@pytest.mark.parametrize("size", SIZES)
async def test_conflict_is_whole(size: tuple[int, int]) -> None:
    server = a_server()
    async with a_console(server, size=size) as console:
        await console.sees("❯")
        await console.press("s")
        await console.sees("Status of #3")
        for status in ("triaged", "contained", "escalated"):
            server.change(3, by="priya", status=status)
        await console.press("2")
        await console.sees("changed meanwhile", "Escalated", "Keep theirs", "Enter or Esc keeps")
        assert has_both_edges(console)


@pytest.mark.parametrize("size", SIZES)
async def test_what_is_typed_is_seen(size: tuple[int, int]) -> None:
    async with a_console(a_server(), size=size) as console:
        await console.sees("❯")
        await console.press("x", "2")
        await console.type("a printer")
        await console.sees("a printer")
        await console.press("escape", "c")
        await console.type("a scanner")
        await console.sees("a scanner")


def has_both_edges(console: Console) -> bool:
    return "╭" in console.text and "╰" in console.text


async def test_keys_are_neither_lost_nor_early_however_fast_they_come() -> None:
    server = a_server()
    server.hold(an_alert(id=2, title="Second"))
    async with a_console(server) as console:
        await console.sees("❯", "Second")
        await console.press("g")
        # The dialog is not on the screen yet.
        console.app.action_close_alert()
        for key in ("2", "x", "y", "enter", "j", "c"):
            console.app.simulate_key(key)
        await console.until(lambda: server.stored[3].status == "closed")
        closed = server.stored[3]
        assert (closed.disposition, closed.disposition_reason) == ("benign", "xy")
        await console.sees("Comment on #2")


@pytest.mark.parametrize("keys", ["s2", "ms", "*s2"])
async def test_key_right_behind_the_one_that_opens_a_dialog_is_for_the_dialog(keys: str) -> None:
    server = MemoryServer()
    server.hold(an_alert(id=3, title="Alert 003", revision=1))
    async with a_console(server) as console:
        await console.sees("Alert 003")
        await console.type(keys)
        if keys == "ms":
            await console.sees("Status of #3")
            await console.press("2")
        await console.until(lambda: server.stored[3].status == "triaged")


async def test_what_is_typed_right_behind_is_written_in_its_order() -> None:
    server = MemoryServer()
    server.hold(an_alert(id=3, title="Alert 003", revision=1))
    async with a_console(server) as console:
        await console.sees("Alert 003")
        await console.type("cseen before")
        console.app.post_message(Key("enter", None))
        await console.until(lambda: bool(server.timelines.get(3)))
        assert server.timelines[3][-1].comment == "seen before"
