"""The help: all keys, searchable and scrolling, so that it is whole on a small terminal too."""

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Label

from ir_console.model.help import help_lines
from ir_console.model.keymap import Keymap

from ..painter import Ground, Painter
from ..widgets.lines_view import LinesView
from .dialogs import Dialog


class HelpScreen(Dialog[None]):
    """Type to search, arrows to scroll, Esc to leave."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1", "leave", show=False),
        Binding("down,ctrl+d", "scroll(1)", show=False, priority=True),
        Binding("up,ctrl+u", "scroll(-1)", show=False, priority=True),
        Binding("pagedown", "scroll(10)", show=False, priority=True),
        Binding("pageup", "scroll(-10)", show=False, priority=True),
    ]

    def __init__(self, painter: Callable[[], Painter], keymap: Keymap) -> None:
        super().__init__()
        self._keymap = keymap
        self._painter = painter

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="help"):
            yield Label(Content("Help"), classes="dialog-title")
            yield Input(placeholder="Search: take, filter, follow…", id="search")
            yield LinesView(self._painter, widget_id="help-lines", ground=Ground.BAR)
            yield Label(Content("↑ ↓ scroll · Esc leaves"), classes="dialog-hint")

    def on_mount(self) -> None:
        self.query_one("#help-lines", LinesView).can_focus = False
        self.query_one(Input).focus()
        self.call_after_refresh(self._fill)

    def on_resize(self) -> None:
        self.call_after_refresh(self._fill)

    @on(Input.Changed)
    def search(self) -> None:
        self._fill()

    def action_leave(self) -> None:
        self.dismiss(None)

    def action_scroll(self, lines: int) -> None:
        self.query_one(LinesView).scroll_lines(lines)

    def _fill(self) -> None:
        view, words = self.query_one(LinesView), self.query_one(Input).value
        view.show(help_lines(words, view.line_width, self._keymap), from_top=True)
