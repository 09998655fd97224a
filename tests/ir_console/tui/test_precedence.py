"""What has much to do lets a key be painted first, and is never kept from its work for good."""

import asyncio
from typing import ClassVar

import pytest
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from ir_console.tui.precedence import KeysFirstApp, PromptScreen


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


class PromptApp(KeyedApp):
    def get_default_screen(self) -> PromptScreen:
        return PromptScreen()


async def test_a_key_is_painted_without_waiting_for_the_toolkits_timer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("textual.screen.UPDATE_PERIOD", 3600.0)
    app = PromptApp()
    async with app.run_test() as pilot:
        await pilot.pause()
        app.post_message(events.Key("j", "j"))
        await app.turn()
        assert not app.screen._dirty_widgets
        assert not app._is_key_done or app._key_came_at is None


async def test_what_answers_a_key_later_has_its_precedence_until_it_is_painted() -> None:
    app = PromptApp()
    async with app.run_test() as pilot:
        await pilot.pause()
        screen, static = app.screen, app.query_one(Static)
        assert isinstance(screen, PromptScreen)
        static.update("after")
        screen.answer_key(static)
        assert app.is_key_on_its_way
        await app.turn()
        assert not screen._dirty_widgets
        assert app._key_came_at is None


async def test_an_answer_that_changes_nothing_is_not_waited_for() -> None:
    app = PromptApp()
    async with app.run_test() as pilot:
        await pilot.pause()
        screen = app.screen
        assert isinstance(screen, PromptScreen)
        screen.answer_key(app.query_one(Static))
        await pilot.pause()
        assert app._key_came_at is None


async def test_a_key_is_noticed_by_the_thread_that_reads_it() -> None:
    app = KeyedApp()
    async with app.run_test():
        posting = app._post_message(events.Key("j", "j"))
        assert app.is_key_on_its_way
        await posting


class Around(Vertical):
    keys: ClassVar[list[str]] = []

    def on_key(self, event: events.Key) -> None:
        self.keys.append(event.key)


class Table(Static, can_focus=True):
    TAKES_NO_KEYS = True


class TableApp(KeyedApp):
    BINDINGS: ClassVar[list[BindingType]] = [Binding("p", "change", priority=True)]

    def compose(self) -> ComposeResult:
        with Around():
            yield Table("before")


@pytest.mark.parametrize("key", ["j", "p"])
async def test_a_key_that_the_table_does_not_take_goes_straight_to_its_binding(key: str) -> None:
    app = TableApp()
    async with app.run_test() as pilot:
        app.query_one(Table).focus()
        await pilot.pause()
        await pilot.press(key)
        assert str(app.query_one(Table).render()) == "after"
        assert Around.keys == []
