"""How the shift stands, in figures that stay current while one looks at them."""

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Label

from ir_console.model.shift import Shift, shift_lines
from ir_console.model.spans import Line, Span, Tone

from ..bindings import bound, keymap_of
from ..painter import Ground, Painter
from ..widgets.lines_view import LinesView
from .dialogs import LEAVES, Dialog

_AGAIN_SECONDS = 10.0


class ShiftScreen(Dialog[None]):
    """Asks for the figures when it opens, and again every ten seconds."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *LEAVES,
        *bound("dialog.leave"),
        *bound("look.shift", action="leave"),
        *bound("choice.down", action="scroll(1)"),
        *bound("choice.up", action="scroll(-1)"),
    ]

    def __init__(self, painter: Callable[[], Painter], ask: Callable[[], None]) -> None:
        super().__init__()
        self._ask = ask
        self._shift: Shift | None = None
        self._view = LinesView(painter, widget_id="shift-lines", ground=Ground.BAR)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="shift"):
            yield Label(Content("The shift"), classes="dialog-title")
            yield self._view
            keys = " ".join(map(keymap_of(self).key, ("choice.down", "choice.up")))
            yield Label(Content(f"{keys} scroll · Esc leaves"), classes="dialog-hint")

    def on_mount(self) -> None:
        self._view.can_focus = False
        self._ask()
        self.set_interval(_AGAIN_SECONDS, self._ask)

    def on_resize(self) -> None:
        self.call_after_refresh(self._fill)

    def show(self, shift: Shift) -> None:
        """Show these figures."""
        self._shift = shift
        if self.is_attached:
            self._fill()

    def action_leave(self) -> None:
        self.dismiss(None)

    def action_scroll(self, lines: int) -> None:
        self._view.scroll_lines(lines)

    def _fill(self) -> None:
        shift, width = self._shift, self._view.line_width
        self._view.show(_LOADING if shift is None else shift_lines(shift, width))


_LOADING: tuple[Line, ...] = ((Span("Counting…", Tone.MUTED),),)
