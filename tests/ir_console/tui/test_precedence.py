"""What has much to do lets a key be painted first, and is never kept from its work for good."""

import asyncio
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from ir_console.tui.precedence import KeysFirstApp


class KeyedApp(KeysFirstApp):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "change"),
        Binding("k", "nothing"),
    ]

    def compose(self) -> ComposeResult:
        yield Static("before")

    def action_change(self) -> None:
        self.query_one(Static).update("after")

    def action_nothing(self) -> None:
        pass


async def test_a_turn_comes_when_the_key_is_painted() -> None:
    app = KeyedApp()
    async with app.run_test() as pilot:
        await pilot.pause()
        app.post_message(events.Key("j", "j"))
        assert app.is_key_on_its_way
        app._display(app.screen, "a frame from before the key")
        assert app.is_key_on_its_way
        await app.turn()
        assert str(app.query_one(Static).render()) == "after"
        assert not app.screen._dirty_widgets
        assert not app.is_key_on_its_way


async def test_a_key_that_paints_nothing_holds_up_nobody_for_long() -> None:
    app = KeyedApp()
    async with app.run_test() as pilot:
        await pilot.pause()
        app.post_message(events.Key("k", "k"))
        async with asyncio.timeout(5):
            await app.turn()
