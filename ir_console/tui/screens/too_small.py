"""What stands on a terminal that is too small; it goes by itself when the terminal grows."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Label

from ir_console.model.layout import SMALLEST, is_too_small

from ..bindings import bound, keymap_of


class TooSmallScreen(Screen[None]):
    """Says what size is needed, and how to leave."""

    BINDINGS: ClassVar[list[BindingType]] = bound("console.quit")

    def on_screen_resume(self) -> None:
        """Go at once if the terminal grew while something else stood over this screen."""
        if not is_too_small(*self.app.size):
            self.dismiss()

    def compose(self) -> ComposeResult:
        width, height = SMALLEST
        leave = keymap_of(self).key("console.quit")
        yield Label(Content(f"terminal too small ({width}x{height} needed)\n{leave} quits"))
