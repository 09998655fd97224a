"""The help: all keys and commands, searched by typing; what is chosen is done."""

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Label

from ir_console.model.help import HelpPage, help_page
from ir_console.model.keymap import Keymap
from ir_console.model.keys import KeyUse

from ..bindings import bound
from ..painter import Ground, Painter
from ..widgets.line_input import OrderedInput
from ..widgets.lines_view import LinesView
from .dialogs import LEAVES, Dialog


class HelpScreen(Dialog[KeyUse | str | None]):
    """Type to search, arrows to choose, Enter to run it, Esc to leave.

    Returns what a key does, or the beginning of a command.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *LEAVES,
        *bound("console.help", action="leave"),
        # First: its search line has the focus, and keys of its own.
        *bound("help.down", "help.up", "help.further", "help.back", is_first=True),
    ]

    def __init__(self, painter: Callable[[], Painter], keymap: Keymap) -> None:
        super().__init__()
        self._keymap = keymap
        self._painter = painter
        self._chosen = 0
        self._page = HelpPage(())

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="help"):
            yield Label(Content("Help"), classes="dialog-title")
            yield OrderedInput(placeholder="Search: take, filter, follow…", id="search")
            yield LinesView(self._painter, widget_id="help-lines", ground=Ground.BAR)
            keys = " ".join(map(self._keymap.key, ("help.up", "help.down")))
            hint = f"{keys} choose · Enter runs it · Esc leaves"
            yield Label(Content(hint), classes="dialog-hint")

    def on_mount(self) -> None:
        self.query_one("#help-lines", LinesView).can_focus = False
        self.query_one(Input).focus()
        self.call_after_refresh(self._fill)

    def on_resize(self) -> None:
        self.call_after_refresh(self._fill)

    @on(Input.Changed)
    def search(self) -> None:
        self._chosen = 0
        self._fill(from_top=True)

    @on(Input.Submitted)
    def run_chosen(self) -> None:
        """Leave, and do what is chosen."""
        if self._page.runs:
            self.dismiss(self._page.runs[self._chosen])
        else:
            self.app.bell()

    def action_choose(self, step: int) -> None:
        last = len(self._page.runs) - 1
        self._chosen = max(0, min(self._chosen + step, last))
        self._fill()
        view = self.query_one(LinesView)
        view.reveal(0 if self._chosen == 0 else self._page.chosen_line)

    def action_leave(self) -> None:
        self.dismiss(None)

    def action_scroll(self, lines: int) -> None:
        self.query_one(LinesView).scroll_lines(lines)

    def _fill(self, *, from_top: bool = False) -> None:
        view, words = self.query_one(LinesView), self.query_one(Input).value
        self._page = help_page(words, view.line_width, self._keymap, self._chosen)
        view.show(self._page.lines, from_top=from_top)
